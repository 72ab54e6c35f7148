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
    /// What it prints is added to files. The working directory is ours.
    ///
    /// - Parameters:
    ///   - environment: changes to the variables that this process has; `nil` removes one.
    ///   - input: what it reads from standard input: nobody else sees it, unlike arguments and files.
    ///   - output: the file of its standard output.
    ///   - errors: the file of its standard error; `output` as well, if `nil`.
    public static func start(
        _ program: String, arguments: [String], environment: [String: String?] = [:], input: [UInt8] = [],
        output: String, errors: String? = nil
    ) throws(SystemError) -> ProcessIdentity {
        // Tells a file that cannot be written from a program that cannot be started.
        for path in [output, errors ?? output] { _ = try OpenFile(path, .append) }
        let pipe = input.isEmpty ? nil : try makePipe()
        // A reader that ends early must not end us.
        if pipe != nil { Signals.ignoreBrokenPipes() }
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
        if let pipe {
            posix_spawn_file_actions_adddup2(&actions, pipe.reading, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        let writing = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, writing, 0o666)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, writing, 0o666)
        } else {
            posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        }
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
        if let pipe {
            // Ours goes first: the pipe breaks when the program's is closed, and writing must not wait for ever.
            _ = close(pipe.reading)
            defer { _ = close(pipe.writing) }
            if status == 0 {
                // A program that does not read to the end has ended, which its own status tells.
                input.withUnsafeBytes { bytes in try? writeAll(bytes, to: pipe.writing, path: "a pipe") }
            }
        }
        guard status == 0 else { throw SystemError(code: status, operation: "start", path: program) }
        return ProcessIdentity.of(processID) ?? ProcessIdentity(processID: processID, start: "")
    }

    /// What is open beyond the standard streams; macOS closes it by itself.
    static var inherited: [Int32] {
        ((try? FileSystem.names(in: "/proc/self/fd")) ?? []).compactMap { Int32($0) }.filter { $0 > STDERR_FILENO }
    }
}
