import Diagnostics
import Platform

/// Makes a virtual environment and installs packages into it, with pip's own words told on failure.
struct PackageInstaller {
    let interpreter: Interpreter
    let folder: String
    let logPath: String
    /// What messages call the packages, such as `the packages of the step`.
    let subject: String
    /// The place of a package in what asks for it, or of all packages.
    let place: (String?) -> SourceRange?
    let isCancelled: () -> Bool
    let log: (String) -> Void

    /// - Parameter options: further options of `pip install`.
    func install(_ requirements: [Requirement], options: [String] = []) throws {
        let output = try OpenFile(logPath, .overwrite)
        try run(interpreter.path, ["-I", "-m", "venv", folder], output) { lines in
            let needsPackage = lines.contains { $0.contains("ensurepip") }
            return Diagnostic(
                .environmentFailed, "'\(interpreter.path)' cannot make a virtual environment", at: place(nil),
                notes: Array(lines.suffix(4)) + ["the whole output is in \(logPath)"],
                hint: needsPackage
                    ? "install the module 'venv' of that Python (on Debian the package python3-venv)" : nil)
        }
        // In a file: addresses of indexes and repositories may hold passwords, which a command line would show.
        let list = Path.join(folder, "requirements.txt")
        try writePrivately(requirements.map { $0.specifier + "\n" }.joined(), to: list)
        let arguments = ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"] + options
        try run(Path.join(folder, "bin/python"), arguments + ["-r", list], output, pipFailure)
        try FileSystem.remove(list)
    }

    private func writePrivately(_ text: String, to path: String) throws {
        let file = try OpenFile(path, .createNew)
        try FileSystem.makePrivate(path)
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
}

extension PackageInstaller {
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
            message = "\(subject) cannot be installed: pip reaches no package index"
            hint = "check the network, or name an index with PIP_INDEX_URL or in pip's settings"
        } else if let package {
            message = "pip finds no package '\(package)' for Python \(interpreter.version)"
            hint = "check the name and the version, and that the package supports this Python"
        } else if lines.contains(where: { $0.contains("ResolutionImpossible") }) {
            message = "\(subject) contradict each other"
            hint = "loosen the versions that 'dependencies' asks for"
        } else {
            message = "pip could not install \(subject)"
            hint = nil
        }
        return Diagnostic(
            .environmentFailed, message, at: place(package),
            notes: errors.suffix(3).map { "pip: \($0)" } + ["the whole output is in \(logPath)"], hint: hint)
    }
}
