#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A call of the operating system that failed.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The value of `errno`.
    public let code: Int32
    /// What was to be done, such as `open`.
    public let operation: String
    public let path: String?

    public init(code: Int32, operation: String, path: String? = nil) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// The error that the last system call of this thread left in `errno`.
    static func last(_ operation: String, _ path: String? = nil) -> SystemError {
        SystemError(code: errno, operation: operation, path: path)
    }

    /// The system's own words in lower case, such as `no such file or directory`.
    public var reason: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { room in
            guard let start = room.baseAddress else { return "error \(code)" }
            start.initialize(repeating: 0, count: room.count)
            _ = strerror_r(code, start, room.count)
            return String(cString: start).lowercased()
        }
    }

    public var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
    public var isPermissionDenied: Bool { code == EACCES || code == EPERM }
    /// Nobody listens at the port.
    public var isConnectionRefused: Bool { code == ECONNREFUSED }
    /// The reader of a pipe went away, as `head` does.
    public var isBrokenPipe: Bool { code == EPIPE }

    public var description: String {
        "cannot \(operation)\(path.map { " '\($0)'" } ?? ""): \(reason)"
    }
}
