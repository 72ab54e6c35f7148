import Diagnostics
import Planning
import Platform

/// Makes one environment: `venv`, then `pip install`.
struct EnvironmentBuilder {
    let environments: Environments
    let interpreter: Interpreter
    let requirements: [Requirement]
    let id: String
    let task: WorkerTask
    let step: WorkerStep
    let isCancelled: () -> Bool
    let log: (String) -> Void

    private var folder: String { environments.folder(id) }
    private var python: String { Path.join(folder, "bin/python") }
    /// Beside the folder, so that it is still there when the folder of a failed environment is gone.
    private var logPath: String { folder + ".log" }

    /// The environment; made here, unless another process does it meanwhile.
    func make() throws(Diagnostic) -> WorkerEnvironment {
        do {
            let lock = try environments.lock(id, isCancelled: isCancelled, log: log)
            defer { withExtendedLifetime(lock) {} }
            guard lock != nil else { throw stopped }
            if let existing = environments.existing(id) { return existing }
            try FileSystem.removeTree(folder)
            do {
                try build()
            } catch {
                try? FileSystem.removeTree(folder)
                throw error
            }
            return WorkerEnvironment(id: id, python: python)
        } catch let diagnostic as Diagnostic {
            throw diagnostic
        } catch {
            throw Diagnostic(
                .environmentFailed, "an environment for the step's packages cannot be made: \(error)", at: place(),
                hint: "the variable BEAMSTACK_CACHE names another folder for environments")
        }
    }

    private func build() throws {
        let start = MonotonicClock.seconds
        log("installing \(requirements.map(\.label).joined(separator: ", ")) (once)")
        let output = try OpenFile(logPath, .overwrite)
        try run(interpreter.path, ["-I", "-m", "venv", folder], output) { lines in
            let needsPackage = lines.contains { $0.contains("ensurepip") }
            return Diagnostic(
                .environmentFailed, "'\(interpreter.path)' cannot make a virtual environment", at: step.range,
                notes: Array(lines.suffix(4)) + ["the whole output is in \(logPath)"],
                hint: needsPackage
                    ? "install the module 'venv' of that Python (on Debian the package python3-venv)" : nil)
        }
        // In a file: addresses of indexes and repositories may hold passwords, which a command line would show.
        let list = Path.join(folder, "requirements.txt")
        try write(requirements.map { $0.specifier + "\n" }.joined(), to: list, isPrivate: true)
        let arguments = ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", list]
        try run(python, arguments, output, pipFailure)
        try FileSystem.remove(list)
        try write(record, to: Path.join(folder, Environments.marker), isPrivate: false)
        log("installed in \(Int((MonotonicClock.seconds - start).rounded(.up))) s")
    }

    /// What `beamstack environments` says of it later.
    private var record: String {
        JSONText.object([
            "requirements": .array(requirements.map { .string($0.label) }),
            "python": .string(interpreter.version),
            "interpreter": .string(interpreter.path),
            "sizeInBytes": .integer(FileSystem.treeSize(folder)),
        ]).pretty + "\n"
    }

    private func write(_ text: String, to path: String, isPrivate: Bool) throws {
        let file = try OpenFile(path, .createNew)
        if isPrivate { try FileSystem.makePrivate(path) }
        var text = text
        try text.withUTF8 { try file.write(UnsafeRawBufferPointer($0)) }
    }

    private func run(
        _ program: String, _ arguments: [String], _ output: OpenFile, _ failure: ([String]) -> Diagnostic
    ) throws {
        // Settings that send packages elsewhere; the person's indexes and proxies stay.
        let changes: [String: String?] = [
            "PIP_USER": "0", "PIP_TARGET": nil, "PIP_PREFIX": nil, "PIP_ROOT": nil, "PYTHONHOME": nil,
            "PYTHONPATH": nil, "PYTHONUTF8": "1", "__PYVENV_LAUNCHER__": nil,
        ]
        let child = try ChildProcess(program, arguments: arguments, environment: changes)
        var lines: [String] = []
        let keep = { (line: String) in
            let line = Requirement.withoutSecrets(line)
            lines.append(line)
            if lines.count > 400 { lines.removeFirst(200) }
            // What takes long is told, so that nobody takes it for a hang.
            if let download = largeDownload(line) { log("downloading \(download)") }
            Array((line + "\n").utf8).withUnsafeBytes { try? output.write($0) }
        }
        let ending = child.finish(onLine: keep, isCancelled: isCancelled)
        if isCancelled() { throw stopped }
        if ending != .exited(0) { throw failure(lines) }
    }

    /// `torch-2.5.1.whl (906.4 MB)` of pip's line on it.
    private func largeDownload(_ line: String) -> Substring? {
        let words = line.split(separator: " ")
        guard words.count == 4, words[0] == "Downloading", words[3] == "MB)",
            let megabytes = Double(words[2].dropFirst()), megabytes >= 20
        else { return nil }
        return line[(words[1].split(separator: "/").last ?? words[1]).startIndex...]
    }

    private var stopped: Diagnostic { Diagnostic(.cancelled, "the run was stopped", at: nil) }

    /// The place of a package, or of all that the step needs.
    private func place(of package: String? = nil) -> SourceRange? {
        let name = package?.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        let named = name.flatMap { name in
            task.places.first {
                $0.path.count > 1 && $0.path.first == "dependencies" && $0.range.text.contains(name)
            }
        }
        return named?.range ?? task.range(of: ["dependencies"]) ?? step.range
    }
}

extension EnvironmentBuilder {
    private enum Words {
        static let missing = "No matching distribution found for "
        static let network = [
            "NameResolutionError", "NewConnectionError", "Temporary failure in name resolution", "ProxyError",
            "Connection refused", "Max retries exceeded", "ConnectTimeoutError",
        ]
    }

    private func pipFailure(_ lines: [String]) -> Diagnostic {
        var errors = lines.filter { $0.hasPrefix("ERROR: ") }.map { String($0.dropFirst(7)) }
        if errors.isEmpty { errors = lines.filter { $0.contains("rror") } }
        if errors.isEmpty { errors = lines }
        let package = lines.lazy.compactMap { line in
            line.firstRange(of: Words.missing).map { String(line[$0.upperBound...].prefix { $0 != " " }) }
        }.first
        let hasNoNetwork = lines.contains { line in Words.network.contains { line.contains($0) } }
        let message: String
        let hint: String?
        if hasNoNetwork {
            message = "the packages of the step cannot be installed: pip reaches no package index"
            hint = "check the network, or name an index with PIP_INDEX_URL or in pip's settings"
        } else if let package {
            message = "pip finds no package '\(package)' for Python \(interpreter.version)"
            hint = "check the name and the version, and that the package supports this Python"
        } else if lines.contains(where: { $0.contains("ResolutionImpossible") }) {
            message = "the packages of the step contradict each other"
            hint = "loosen the versions that 'dependencies' asks for"
        } else {
            message = "pip could not install the packages of the step"
            hint = nil
        }
        return Diagnostic(
            .environmentFailed, message, at: place(of: package),
            notes: errors.suffix(3).map { "pip: \($0)" } + ["the whole output is in \(logPath)"], hint: hint)
    }
}
