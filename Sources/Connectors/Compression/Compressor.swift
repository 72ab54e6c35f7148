import Platform

/// Compresses a file's bytes as they come.
protocol Compressor: AnyObject {
    func compress(
        _ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool,
        to write: (UnsafeBufferPointer<UInt8>) throws(SystemError) -> Void
    ) throws(SystemError)
}
