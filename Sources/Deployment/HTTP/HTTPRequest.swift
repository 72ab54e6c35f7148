public import Diagnostics

/// What is asked of a server.
public struct HTTPRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
        case head = "HEAD"
    }

    public enum Body: Sendable {
        case bytes([UInt8], type: String)
        /// `multipart/form-data`, as browsers send forms.
        case form([Part])
    }

    /// One field of a form.
    public struct Part: Sendable {
        public enum Content: Sendable {
            case text(String)
            /// A file that is read while it is sent, and the name that the server is told.
            case file(path: String, name: String, type: String)
        }

        public let name: String
        public let content: Content

        public init(_ name: String, _ content: Content) {
            self.name = name
            self.content = content
        }
    }

    public var method: Method
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: Body?
    /// Without them those of the address count.
    public var credentials: HTTPCredentials?
    /// A file with the certificates of the authorities to trust; those that `SSL_CERT_FILE` names, or else the system's,
    /// if `nil`.
    public var certificates: String?
    /// Milliseconds until there is a connection.
    public var connectLimit = 10_000
    /// Milliseconds for all of it.
    public var timeLimit = 60_000
    /// A server that sends more bytes than this is not listened to any longer.
    public var responseLimit = 64 << 20

    public init(
        _ method: Method = .get, _ url: String, headers: [(name: String, value: String)] = [], body: Body? = nil,
        credentials: HTTPCredentials? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.credentials = credentials
    }
}

/// Proof of who asks. Printing it shows nothing, so that no message or log can give it away.
public struct HTTPCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    enum Kind: Sendable {
        case basic(user: String, password: String)
        case bearer(String)
    }

    let kind: Kind

    public static func basic(user: String, password: String) -> Self {
        Self(kind: .basic(user: user, password: password))
    }

    public static func bearer(_ token: String) -> Self { Self(kind: .bearer(token)) }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a server answered.
public struct HTTPResponse: Sendable {
    public let status: Int
    /// As they came; `header` finds one whatever its case.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    public var text: String { String(decoding: body, as: UTF8.self) }
    public var json: JSONText? { body.withUnsafeBytes { JSONText.parse($0) } }

    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.last { $0.name.lowercased() == wanted }?.value
    }
}

/// Why there is no answer.
public struct HTTPFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// Nobody listens there.
        case refused
        /// No way leads there.
        case unreachable
        /// The name has no address.
        case unresolved
        case timedOut
        /// The server cannot prove who it is, or speaks no TLS that we do.
        case tls
        /// The answer is longer than the request allows.
        case tooLong
        /// What should be sent cannot be read.
        case unreadable
        case invalidURL
        /// This machine has no libcurl.
        case noLibrary
        case other
    }

    public let kind: Kind
    /// The address without user and password.
    public let url: String
    /// The fact, in lower case.
    public let reason: String

    public var description: String { "\(url): \(reason)" }
}
