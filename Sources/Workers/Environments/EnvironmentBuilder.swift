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
        let installer = PackageInstaller(
            interpreter: interpreter, folder: folder, logPath: logPath, subject: "the packages of the step",
            place: place, isCancelled: isCancelled, log: log)
        try installer.install(requirements)
        try OpenFile.write(Array(record.utf8), to: Path.join(folder, Environments.marker))
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
