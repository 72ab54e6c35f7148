#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that is open, until the last reference to it goes.
public final class OpenFile: Sendable {
    public enum Mode: Sendable {
        case read
        /// Creates the file; fails if there is one of that name.
        case createNew
        /// Creates the file or empties the one there is.
        case overwrite
        /// Creates the file or adds to the end of the one there is.
        case append
    }

    public let path: String
    let descriptor: Int32

    public init(_ path: String, _ mode: Mode = .read) throws(SystemError) {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .createNew: O_WRONLY | O_CREAT | O_EXCL
            case .overwrite: O_WRONLY | O_CREAT | O_TRUNC
            case .append: O_WRONLY | O_CREAT | O_APPEND
            }
        while true {
            let opened = open(path, flags | O_CLOEXEC, 0o666)
            if opened >= 0 {
                descriptor = opened
                self.path = path
                return
            }
            if errno != EINTR { throw .last(mode == .read ? "open" : "create", path) }
        }
    }

    deinit { _ = close(descriptor) }

    /// The file's properties.
    public func status() throws(SystemError) -> FileStatus {
        var found = stat()
        guard fstat(descriptor, &found) == 0 else { throw .last("inspect", path) }
        return FileStatus(found)
    }

    /// Reads up to `count` bytes at the file's position; 0 at its end.
    public func read(into memory: UnsafeMutableRawPointer, count: Int) throws(SystemError) -> Int {
        while true {
            let done = systemRead(descriptor, memory, count)
            if done >= 0 { return done }
            if errno != EINTR { throw .last("read", path) }
        }
    }

    /// Reads up to `count` bytes at an offset from the file's start, whatever its position is; less at its end only.
    public func read(
        into memory: UnsafeMutableRawPointer, count: Int, at offset: Int64
    ) throws(SystemError) -> Int {
        var total = 0
        while total < count {
            let done = pread(descriptor, memory + total, count - total, off_t(offset) + off_t(total))
            if done > 0 {
                total += done
            } else if done == 0 {
                break
            } else if errno != EINTR {
                throw .last("read", path)
            }
        }
        return total
    }

    /// Writes all bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        try writeAll(bytes, to: descriptor, path: path)
    }

    /// Writes all bytes.
    public func write(_ bytes: [UInt8]) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { content in
            do throws(SystemError) { try write(content) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Tells the system that the file will be read from start to end.
    public func adviseSequentialReading() {
        #if os(Linux)
            _ = posix_fadvise(descriptor, 0, 0, 2)
        #endif
    }
}

extension OpenFile {
    /// The first bytes of a file, as many as there are up to a number.
    public static func beginning(of path: String, count: Int) throws(SystemError) -> [UInt8] {
        let file = try OpenFile(path)
        var bytes = [UInt8](repeating: 0, count: min(count, Int(try file.status().sizeInBytes)))
        var filled = 0
        while filled < bytes.count {
            let read: Result<Int, SystemError> = bytes.withUnsafeMutableBytes { room in
                guard let start = room.baseAddress else { return .success(0) }
                do throws(SystemError) {
                    return .success(try file.read(into: start + filled, count: room.count - filled))
                } catch {
                    return .failure(error)
                }
            }
            let count = try read.get()
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// The whole of a file of at most `limit` bytes; a larger one gives the error `EFBIG`.
    public static func contents(of path: String, limit: Int = .max) throws(SystemError) -> [UInt8] {
        let file = try OpenFile(path)
        var bytes: [UInt8] = []
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { room.deallocate() }
        guard let start = room.baseAddress else { return bytes }
        while true {
            let count = try file.read(into: start, count: room.count)
            if count == 0 { return bytes }
            bytes.append(contentsOf: room[..<count])
            if bytes.count > limit { throw SystemError(code: EFBIG, operation: "read", path: path) }
        }
    }

    /// Writes a file that appears whole or not at all.
    public static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let temporary = TemporaryName.beside(path)
        do throws(SystemError) {
            try OpenFile(temporary, .createNew).write(bytes)
            try FileSystem.rename(temporary, to: path)
        } catch {
            try? FileSystem.remove(temporary)
            throw error
        }
    }
}

private func systemRead(_ descriptor: Int32, _ memory: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, memory, count)
}

/// Writes all bytes, going on after partial writes and interruptions.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws(SystemError) {
    guard let start = bytes.baseAddress else { return }
    var total = 0
    while total < bytes.count {
        let done = write(descriptor, start + total, bytes.count - total)
        if done >= 0 {
            total += done
        } else if errno == EAGAIN || errno == EWOULDBLOCK {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&waiting, 1, -1)
        } else if errno != EINTR {
            throw .last("write", path)
        }
    }
}
