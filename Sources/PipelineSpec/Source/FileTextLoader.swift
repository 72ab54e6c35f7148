#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads texts from the local file system.
public struct FileTextLoader: TextLoader {
    /// Larger files are refused: nobody writes a pipeline of 64 MiB.
    public static let maximumSize = 64 << 20

    public init() {}

    public func load(path: String) throws(TextLoadingError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error(errno) }
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        let capacity = 1 << 16
        while true {
            var count = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
                count = read(descriptor, buffer.baseAddress, capacity)
                initialized = max(0, count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.error(errno)
            }
            if count == 0 { return bytes }
            bytes += chunk
            if bytes.count > Self.maximumSize { throw .failed("larger than 64 MiB") }
        }
    }

    private static func error(_ code: Int32) -> TextLoadingError {
        code == ENOENT || code == ENOTDIR ? .notFound : .failed(String(cString: strerror(code)).lowercased())
    }
}
