import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Threads of the operating system.
public enum Threads {
    private final class Job: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private final class Outcome<Result: Sendable, Failure: Error>: Sendable {
        let result = Mutex<Swift.Result<Result, Failure>?>(nil)
    }

    /// Starts a thread that nobody waits for. Returns whether the system could.
    @discardableResult
    public static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard let thread = launch(stackSize: nil, body) else { return false }
        pthread_detach(thread)
        return true
    }

    /// Runs `body` on a thread with a stack of `bytes`, and waits for it: for work whose recursion is deeper than
    /// ordinary stacks allow. Runs it on this thread if the system cannot start another.
    public static func runWithLargeStack<Result: Sendable, Failure: Error>(
        bytes: Int = 64 << 20, _ body: @escaping @Sendable () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outcome = Outcome<Result, Failure>()
        let thread = launch(stackSize: bytes) {
            let result = Swift.Result<Result, Failure>(catching: body)
            outcome.result.withLock { $0 = result }
        }
        guard let thread else { return try body() }
        pthread_join(thread, nil)
        guard let result = outcome.result.withLock({ $0 }) else { return try body() }
        return try result.get()
    }

    private static func launch(stackSize: Int?, _ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        if let stackSize { pthread_attr_setstacksize(&attributes, stackSize) }
        let job = Unmanaged.passRetained(Job(body))
        #if canImport(Darwin)
            var thread: pthread_t?
            let status = pthread_create(
                &thread, &attributes,
                { start in
                    Unmanaged<Job>.fromOpaque(start).takeRetainedValue().body()
                    return nil
                }, job.toOpaque())
        #else
            var thread = pthread_t()
            let status = pthread_create(
                &thread, &attributes,
                { start in
                    if let start { Unmanaged<Job>.fromOpaque(start).takeRetainedValue().body() }
                    return nil
                }, job.toOpaque())
        #endif
        guard status == 0 else {
            job.release()
            return nil
        }
        return thread
    }
}

extension Threads {
    /// Runs `body` with each number below `count`, each on a thread of its own, and waits for all.
    public static func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let others = (1..<max(1, count)).map { number in
            (number, launch(stackSize: nil) { body(number) })
        }
        body(0)
        for (number, thread) in others {
            if let thread { pthread_join(thread, nil) } else { body(number) }
        }
    }
}

extension Threads {
    /// Suspends the calling thread.
    public static func sleep(milliseconds: Int) {
        usleep(UInt32(clamping: milliseconds) &* 1000)
    }
}
