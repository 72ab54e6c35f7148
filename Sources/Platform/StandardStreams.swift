#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Standard output or standard error, written without a buffer in between.
public struct StandardStream: Sendable {
    public static let output = StandardStream(descriptor: STDOUT_FILENO, name: "standard output")
    public static let error = StandardStream(descriptor: STDERR_FILENO, name: "standard error")

    let descriptor: Int32
    let name: String

    /// Writes all bytes; `isBrokenPipe` errors mean that nobody reads any more.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        try writeAll(bytes, to: descriptor, path: name)
    }

    public func write(_ bytes: [UInt8]) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { content in
            do throws(SystemError) { try write(content) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    public func write(_ text: String) throws(SystemError) { try write(Array(text.utf8)) }
}
