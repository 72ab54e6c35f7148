#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the file system says about a file.
public struct FileStatus: Sendable, Hashable {
    public enum Kind: Sendable {
        case file
        case directory
        /// A pipe, socket or device.
        case other
    }

    public let kind: Kind
    public let sizeInBytes: Int64
    /// Seconds since the epoch.
    public let lastUpdated: Double

    init(_ found: stat) {
        kind =
            switch found.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            default: .other
            }
        sizeInBytes = Int64(found.st_size)
        #if canImport(Darwin)
            let time = found.st_mtimespec
        #else
            let time = found.st_mtim
        #endif
        lastUpdated = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
