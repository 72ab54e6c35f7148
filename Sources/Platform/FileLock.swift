#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A lock between processes, held until the last reference to it goes or the process ends.
public final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock that a file stands for, or gives `nil` while somebody else holds it. The file stays.
    ///
    /// Several may hold it at once if all of them share it.
    public init?(_ path: String, isShared: Bool = false) throws(SystemError) {
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard opened >= 0 else { throw .last("create", path) }
        descriptor = opened
        while flock(opened, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return nil }
            if errno != EINTR { throw .last("lock", path) }
        }
    }

    deinit { _ = close(descriptor) }
}
