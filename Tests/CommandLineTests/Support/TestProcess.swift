import Foundation

/// A process with its streams in files.
///
/// Not Foundation's: that learns of the end by a socket which any process that was started meanwhile may hold open, and
/// then waits for that one, too.
final class TestProcess {
    enum Reason {
        case exit, uncaughtSignal
    }

    let processIdentifier: Int32
    private var status: Int32?

    init(
        _ program: String, _ arguments: [String], in folder: String, environment: [String: String], output: String,
        errors: String
    ) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in open.compactMap({ Int32($0) }) where descriptor > STDERR_FILENO {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        // Test threads may block signals, and children inherit that: a shell's do not.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        // The C library's own way to another folder is hidden from Swift.
        let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder, program]
        var argumentPointers = (shell + arguments).map { strdup($0) } + [nil]
        var variablePointers = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
        var number: pid_t = 0
        let failure = posix_spawn(&number, shell[0], &actions, &attributes, &argumentPointers, &variablePointers)
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
        processIdentifier = number
    }

    func waitUntilExit() {
        guard status == nil else { return }
        var status: Int32 = 0
        while waitpid(processIdentifier, &status, 0) < 0, errno == EINTR {}
        self.status = status
    }

    var isRunning: Bool {
        guard status == nil else { return false }
        var status: Int32 = 0
        if waitpid(processIdentifier, &status, WNOHANG) == processIdentifier { self.status = status }
        return self.status == nil
    }

    var terminationReason: Reason { (status ?? 0) & 0x7F == 0 ? .exit : .uncaughtSignal }

    /// The exit status, or the signal's number.
    var terminationStatus: Int32 {
        let status = status ?? 0
        return status & 0x7F == 0 ? status >> 8 & 0xFF : status & 0x7F
    }
}
