#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the system tells a process to do.
public enum Signals {
    public enum Interruption: Sendable {
        /// Ctrl-C.
        case interrupt
        /// `kill`, or a scheduler that ends the job.
        case terminate
    }

    /// Calls `handler` on a thread of its own at each SIGINT and SIGTERM; `count` is 1 at the first.
    ///
    /// To be called once. Where the system has no pipe to give, the signals keep their usual meaning.
    public static func onInterrupt(_ handler: @escaping @Sendable (_ signal: Interruption, _ count: Int) -> Void) {
        guard let pipe = SignalPipe.shared else { return }
        Threads.start {
            var count = 0
            while let number = pipe.next() {
                count += 1
                handler(number == SIGINT ? .interrupt : .terminate, count)
            }
        }
        // Any thread may be the one that a signal stops, so all that happens there is a write.
        for number in [SIGINT, SIGTERM] {
            _ = signal(number) { SignalPipe.shared?.send($0) }
        }
    }

    /// Makes writing to a closed pipe an error of `write` instead of the end of the process.
    public static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }
}

/// Carries the numbers of signals from wherever they arrive to a thread that may do more than a handler may.
private struct SignalPipe: Sendable {
    private let input: Int32
    private let output: Int32

    /// Made before the first handler is installed: a handler itself must not allocate.
    static let shared = SignalPipe()

    private init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        (output, input) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    func send(_ number: Int32) {
        let previousError = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(input, &byte, 1)
        errno = previousError
    }

    func next() -> Int32? {
        var byte: UInt8 = 0
        while true {
            let count = read(output, &byte, 1)
            if count == 1 { return Int32(byte) }
            guard count < 0, errno == EINTR else { return nil }
        }
    }
}
