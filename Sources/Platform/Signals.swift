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
    /// It must be called before other threads are started: they inherit that the signals are left to that thread.
    public static func onInterrupt(_ handler: @escaping @Sendable (_ signal: Interruption, _ count: Int) -> Void) {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        Threads.start {
            var waited = sigset_t()
            sigemptyset(&waited)
            sigaddset(&waited, SIGINT)
            sigaddset(&waited, SIGTERM)
            var count = 0
            while true {
                var signal: Int32 = 0
                guard sigwait(&waited, &signal) == 0 else { continue }
                count += 1
                handler(signal == SIGINT ? .interrupt : .terminate, count)
            }
        }
    }

    /// Makes writing to a closed pipe an error of `write` instead of the end of the process.
    public static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }
}
