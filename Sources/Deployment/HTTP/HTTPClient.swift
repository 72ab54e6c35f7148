import CCurl
public import Diagnostics

/// A request to an engine's REST API.
public struct HTTPRequest: Sendable {
    public enum Body: Sendable {
        case none
        case bytes([UInt8], type: String)
        /// A file as the field of a form.
        case file(path: String, field: String, type: String)
    }

    public var method: String
    public var url: String
    public var headers: [(name: String, value: String)] = []
    public var body = Body.none
    /// `user:password`; never part of a message.
    public var credentials: String?
    /// Milliseconds for the whole exchange.
    public var patience = 30_000
    /// Larger answers are an error.
    public var limit = 64 << 20

    public init(_ method: String, _ url: String) {
        self.method = method
        self.url = url
    }
}

/// What was answered, whatever the status.
public struct HTTPResponse: Sendable {
    public let status: Int
    public let body: [UInt8]

    public var text: String { String(decoding: body, as: UTF8.self) }
    public var json: JSONText? { body.withUnsafeBytes { JSONText.parse($0) } }
}

/// Why there is no answer.
public struct HTTPFailure: Error, Sendable {
    public enum Kind: Sendable {
        case libraryMissing, unresolved, refused, timedOut, tls, file, other
    }

    public let kind: Kind
    /// The library's words.
    public let message: String
}

/// HTTP by libcurl, one exchange at a time.
public enum HTTPClient {
    /// Takes parts of an answer.
    private final class Sink {
        var bytes: [UInt8] = []
        let limit: Int

        init(limit: Int) { self.limit = limit }
    }

    /// Sends a request and waits for its answer.
    public static func send(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse {
        var transfer = curl_transfer()
        transfer.connect_milliseconds = min(5000, request.patience)
        transfer.total_milliseconds = request.patience
        transfer.is_direct = isLoopback(request.url) ? 1 : 0
        let sink = Sink(limit: request.limit)
        transfer.on_body = { context, bytes, count in
            guard let context, let bytes else { return 0 }
            let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
            guard sink.bytes.count + count <= sink.limit else { return 0 }
            sink.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        }
        // Servers that do not know `Expect: 100-continue` would cost a second each time.
        var headers = request.headers.map { "\($0.name): \($0.value)" } + ["Expect:"]
        if case .bytes(_, let type) = request.body { headers.append("Content-Type: \(type)") }
        let outcome = withExtendedLifetime(sink) {
            transfer.context = Unmanaged.passUnretained(sink).toOpaque()
            return perform(&transfer, request, headers)
        }
        let message = withUnsafeBytes(of: transfer.error) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let kind: HTTPFailure.Kind
        switch outcome {
        case CURL_OUTCOME_DONE: return HTTPResponse(status: transfer.status, body: sink.bytes)
        case CURL_OUTCOME_MISSING: kind = .libraryMissing
        case CURL_OUTCOME_UNRESOLVED: kind = .unresolved
        case CURL_OUTCOME_REFUSED: kind = .refused
        case CURL_OUTCOME_TIMED_OUT: kind = .timedOut
        case CURL_OUTCOME_TLS: kind = .tls
        case CURL_OUTCOME_FILE: kind = .file
        default: kind = .other
        }
        throw HTTPFailure(kind: kind, message: message)
    }

    private static func perform(
        _ transfer: inout curl_transfer, _ request: HTTPRequest, _ headers: [String]
    ) -> curl_outcome {
        var texts = [request.method, request.url]
        var bytes: [UInt8] = []
        var isFile = false
        switch request.body {
        case .none: break
        case .bytes(let body, _): bytes = body
        case .file(let path, let field, let type):
            isFile = true
            texts += [path, field, type]
        }
        return withCStrings(texts) { texts in
            withCStrings(headers) { headers in
                withCStrings(request.credentials.map { [$0] } ?? []) { credentials in
                    bytes.withUnsafeBytes { body in
                        transfer.method = texts[0]
                        transfer.url = texts[1]
                        if isFile {
                            transfer.file_path = texts[2]
                            transfer.file_field = texts[3]
                            transfer.file_type = texts[4]
                        } else if case .bytes = request.body {
                            transfer.body = body.baseAddress ?? UnsafeRawPointer(texts[0])
                            transfer.body_length = body.count
                        }
                        transfer.credentials = credentials[0]
                        return headers.withUnsafeBufferPointer { headers in
                            transfer.headers = headers.baseAddress
                            return curl_transfer_perform(&transfer)
                        }
                    }
                }
            }
        }
    }

    /// Texts for C, ended by a null pointer.
    private static func withCStrings<Result>(
        _ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        let bytes = texts.map { Array($0.utf8CString) }
        let storage = UnsafeMutablePointer<CChar>.allocate(capacity: max(1, bytes.reduce(0) { $0 + $1.count }))
        defer { storage.deallocate() }
        var pointers: [UnsafePointer<CChar>?] = []
        var next = storage
        for text in bytes {
            text.withUnsafeBufferPointer { if let start = $0.baseAddress { next.update(from: start, count: $0.count) } }
            pointers.append(UnsafePointer(next))
            next += text.count
        }
        return body(pointers + [nil])
    }

    /// Whether a URL leads to this machine, where no proxy has any business.
    static func isLoopback(_ url: String) -> Bool {
        guard let start = url.firstRange(of: "://")?.upperBound else { return false }
        let host = url[start...].prefix { $0 != "/" && $0 != "?" }.split(separator: "@").last ?? ""
        return ["127.", "localhost:", "[::1]"].contains { host.hasPrefix($0) } || host == "localhost"
    }
}
