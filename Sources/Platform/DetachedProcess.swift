#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Programs that outlive the process that starts them.
public enum DetachedProcess {
    /// Starts a program as the leader of a session of its own: no terminal's signal and no end of ours reaches it.
    ///
    /// Standard input is empty; standard output and standard error are added to the file `output`. The working directory
    /// is ours.
    ///
    /// - Parameter environment: changes to the variables that this process has; `nil` removes one.
    public static func start(
        _ program: String, arguments: [String], environment: [String: String?] = [:], output: String
    ) throws(SystemError) -> ProcessIdentity {
        // Tells a file that cannot be written from a program that cannot be started.
        _ = try OpenFile(output, .append)
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
            let closing = Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
            let newSession = Int32(POSIX_SPAWN_SETSID)
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
            let closing: Int32 = 0
            // A macro of the C library that is hidden without its extensions.
            let newSession: Int32 = 0x80
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o666)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // Whoever started us may wait for the end of what we hold open.
        for descriptor in inherited { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGPIPE, SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = closing | newSession | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))

        var argumentPointers = ([program] + arguments).map { strdup($0) } + [nil]
        var variablePointers = ChildProcess.variables(changed: environment).map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
        var processID: pid_t = 0
        let status = posix_spawnp(&processID, program, &actions, &attributes, &argumentPointers, &variablePointers)
        guard status == 0 else { throw SystemError(code: status, operation: "start", path: program) }
        return ProcessIdentity.of(processID) ?? ProcessIdentity(processID: processID, start: "")
    }

    /// What is open beyond the standard streams; macOS closes it by itself.
    static var inherited: [Int32] {
        ((try? FileSystem.names(in: "/proc/self/fd")) ?? []).compactMap { Int32($0) }.filter { $0 > STDERR_FILENO }
    }
}
