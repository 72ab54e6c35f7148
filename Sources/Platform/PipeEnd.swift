#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One end of a pipe to or from another process. It never blocks, and is closed with the last reference to it.
public final class PipeEnd: Sendable {
    /// What a read or write came to.
    public enum Transfer: Sendable, Equatable {
        case bytes(Int)
        /// Nothing can be done just now; see `wait`.
        case wouldBlock
        /// The other end is closed.
        case ended
    }

    let descriptor: Int32

    /// Takes over a descriptor.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        #if os(Linux)
            // F_SETPIPE_SZ: batches pass in one go. Beyond the user's quota the pipe just stays small.
            _ = fcntl(descriptor, 1031, Int32(1 << 20))
        #endif
    }

    deinit { _ = close(descriptor) }

    public func read(into memory: UnsafeMutableRawPointer, count: Int) throws(SystemError) -> Transfer {
        while true {
            let done = systemRead(descriptor, memory, count)
            if done > 0 { return .bytes(done) }
            if done == 0 { return .ended }
            if errno == EAGAIN || errno == EWOULDBLOCK { return .wouldBlock }
            if errno != EINTR { throw .last("read from a pipe") }
        }
    }

    public func write(_ memory: UnsafeRawPointer, count: Int) throws(SystemError) -> Transfer {
        while true {
            let done = systemWrite(descriptor, memory, count)
            if done >= 0 { return .bytes(done) }
            if errno == EAGAIN || errno == EWOULDBLOCK { return .wouldBlock }
            if errno == EPIPE { return .ended }
            if errno != EINTR { throw .last("write to a pipe") }
        }
    }

    /// Whether a read would give something, if only the end.
    public var isReadable: Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0
    }

    /// Waits until one of the ends can be read or written or has ended, or until the time is over.
    public static func wait(reading: [PipeEnd], writing: PipeEnd? = nil, milliseconds: Int) {
        var waiting = reading.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        if let writing { waiting.append(pollfd(fd: writing.descriptor, events: Int16(POLLOUT), revents: 0)) }
        _ = poll(&waiting, nfds_t(waiting.count), Int32(clamping: milliseconds))
    }
}

/// A new pipe whose ends go to no other program that is started after this.
func makePipe() throws(SystemError) -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .last("make a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
}

private func systemRead(_ descriptor: Int32, _ memory: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, memory, count)
}

private func systemWrite(_ descriptor: Int32, _ memory: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, memory, count)
}
