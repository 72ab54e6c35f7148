import Synchronization

#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A program that this process has started.
///
/// It has a process group of its own, so that Ctrl-C in the terminal reaches only us; standard input is empty; what it
/// and its own children print comes through `log`. A child whose last reference goes is killed and waited for.
public final class ChildProcess: Sendable {
    /// How a process came to its end.
    public enum Ending: Sendable, Hashable, CustomStringConvertible {
        case exited(Int32)
        case signalled(Int32)

        public var description: String {
            switch self {
            case .exited(let status): "exit status \(status)"
            case .signalled(let number): "signal \(number)\(SignalName.of(number).map { " (\($0))" } ?? "")"
            }
        }
    }

    private struct State {
        var ending: Ending?
        var input: PipeEnd?
    }

    public let processID: Int32
    /// Standard output and standard error, in the order in which they were written.
    public let log: PipeEnd
    /// What the child writes to its descriptor 4, where it was started with channels.
    public let output: PipeEnd?
    private let state: Mutex<State>

    /// Starts a program, found on `PATH` unless its name has a slash.
    ///
    /// - Parameters:
    ///   - environment: changes to the variables that this process has; `nil` removes one.
    ///   - hasChannels: whether the child reads from descriptor 3 what is written to `input`, and gives `output` what
    ///     it writes to descriptor 4.
    public init(
        _ program: String, arguments: [String], environment: [String: String?] = [:], hasChannels: Bool = false
    ) throws(SystemError) {
        _ = Self.brokenPipesAreIgnored
        let started = Self.launching.withLock { _ in
            Result { () throws(SystemError) in
                try Self.start(program, arguments, environment, hasChannels: hasChannels)
            }
        }
        let ends: [PipeEnd]
        (processID, ends) = try started.get()
        log = ends[0]
        output = hasChannels ? ends[2] : nil
        state = Mutex(State(input: hasChannels ? ends[1] : nil))
    }

    private static func start(
        _ program: String, _ arguments: [String], _ environment: [String: String?], hasChannels: Bool
    ) throws(SystemError) -> (Int32, [PipeEnd]) {
        var ends = Ends()
        do throws(SystemError) {
            let log = try makePipe()
            ends.ours.append(log.reading)
            try ends.give(log.writing, as: [STDOUT_FILENO, STDERR_FILENO])
            if hasChannels {
                let toChild = try makePipe()
                ends.ours.append(toChild.writing)
                try ends.give(toChild.reading, as: [3])
                let fromChild = try makePipe()
                ends.ours.append(fromChild.reading)
                try ends.give(fromChild.writing, as: [4])
            }
            let processID = try spawn(program, arguments, variables(changed: environment), ends.given)
            ends.closeGiven()
            return (processID, ends.ours.map { PipeEnd($0) })
        } catch {
            ends.closeAll()
            throw error
        }
    }

    deinit {
        kill()
        _ = wait(milliseconds: .max)
    }

    /// What the child reads from its descriptor 3, until `closeInput`.
    public var input: PipeEnd? { state.withLock { $0.input } }

    /// Lets the child see the end of its input.
    public func closeInput() { state.withLock { $0.input = nil } }

    /// Kills the process and those that it has started in its group. One that has ended is left alone.
    public func kill() {
        state.withLock { state in
            // The number may belong to somebody else once the process has been waited for.
            guard state.ending == nil else { return }
            _ = systemKill(-processID, SIGKILL)
            _ = systemKill(processID, SIGKILL)
        }
    }

    /// How the process ended, or `nil` while it runs.
    public var ending: Ending? {
        state.withLock { state in
            if let ending = state.ending { return ending }
            var status: Int32 = 0
            let found = waitpid(processID, &status, WNOHANG)
            if found == processID {
                state.ending = status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
                // Its own children have no purpose without it.
                _ = systemKill(-processID, SIGKILL)
            } else if found < 0, errno == ECHILD {
                state.ending = .exited(-1)
            }
            return state.ending
        }
    }

    /// Waits for the end, for at most the given time.
    public func wait(milliseconds: Int) -> Ending? {
        let start = MonotonicClock.nanoseconds
        var pause: UInt32 = 200
        while true {
            if let ending { return ending }
            if Int((MonotonicClock.nanoseconds - start) / 1_000_000) >= milliseconds { return nil }
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
    }

    /// One at a time: a pipe is open to other programs for the moment before it is marked, and none may start then.
    private static let launching = Mutex<Void>(())
    private static let brokenPipesAreIgnored: Void = Signals.ignoreBrokenPipes()

    /// The descriptors of a child in the making.
    private struct Ends {
        var ours: [Int32] = []
        var given: [(descriptor: Int32, numbers: [Int32])] = []

        /// Moves a descriptor out of the way of the numbers that descriptors get in the child.
        mutating func give(_ descriptor: Int32, as numbers: [Int32]) throws(SystemError) {
            let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 16)
            let failure = moved < 0 ? SystemError.last("duplicate a descriptor") : nil
            _ = close(descriptor)
            if let failure { throw failure }
            given.append((moved, numbers))
        }

        func closeGiven() { for end in given { _ = close(end.descriptor) } }

        func closeAll() {
            closeGiven()
            for end in ours { _ = close(end) }
        }
    }

    private static func spawn(
        _ program: String, _ arguments: [String], _ variables: [String],
        _ given: [(descriptor: Int32, numbers: [Int32])]
    ) throws(SystemError) -> Int32 {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let closing = Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            let closing: Int32 = 0
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for end in given {
            for number in end.numbers { posix_spawn_file_actions_adddup2(&actions, end.descriptor, number) }
        }
        // Whoever waits for the end of something that is open here does not wait for the child.
        let numbers = given.flatMap(\.numbers)
        for descriptor in DetachedProcess.inherited where !numbers.contains(descriptor) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags =
            closing | Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))

        var argumentPointers = ([program] + arguments).map { strdup($0) } + [nil]
        var variablePointers = variables.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
        var processID: pid_t = 0
        let status = posix_spawnp(
            &processID, program, &actions, &attributes, &argumentPointers, &variablePointers)
        guard status == 0 else { throw SystemError(code: status, operation: "start", path: program) }
        return processID
    }

    static func variables(changed: [String: String?]) -> [String] {
        var result = changed.compactMap { name, value in value.map { "\(name)=\($0)" } }
        #if canImport(Darwin)
            let first: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = _NSGetEnviron().pointee
        #else
            let first: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
        #endif
        var next = first
        while let entry = next?.pointee {
            let text = String(cString: entry)
            if !changed.keys.contains(String(text.prefix { $0 != "=" })) { result.append(text) }
            next = next?.advanced(by: 1)
        }
        return result
    }
}

/// The names of signals, the same on all systems that we run on.
enum SignalName {
    static func of(_ number: Int32) -> String? {
        let names: [(Int32, String)] = [
            (SIGHUP, "SIGHUP"), (SIGINT, "SIGINT"), (SIGQUIT, "SIGQUIT"), (SIGILL, "SIGILL"), (SIGTRAP, "SIGTRAP"),
            (SIGABRT, "SIGABRT"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"), (SIGKILL, "SIGKILL"), (SIGSEGV, "SIGSEGV"),
            (SIGPIPE, "SIGPIPE"), (SIGALRM, "SIGALRM"), (SIGTERM, "SIGTERM"), (SIGXCPU, "SIGXCPU"),
            (SIGXFSZ, "SIGXFSZ"), (SIGSYS, "SIGSYS"),
        ]
        return names.first { $0.0 == number }?.1
    }
}

private func systemKill(_ processID: Int32, _ number: Int32) -> Int32 { kill(processID, number) }
