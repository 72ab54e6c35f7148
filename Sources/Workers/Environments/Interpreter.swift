import Diagnostics
public import Platform
import Synchronization

/// A Python to run workers with, or to make environments from.
struct Interpreter: Sendable {
    /// The interpreter's own path, past links and wrappers that a `PATH` may lead to.
    let path: String
    /// Such as `3.11.7`.
    let version: String

    static let oldestVersion = (major: 3, minor: 9)

    private enum Finding {
        case found(Interpreter)
        case failed(DiagnosticCode, message: String, notes: [String], hint: String)
    }

    private static let known = Mutex<[String?: Finding]>([:])

    /// The Python of `BEAMSTACK_PYTHON`, or else of the `PATH`; each is asked for its version once.
    static func find(for range: SourceRange?) throws(Diagnostic) -> Interpreter {
        let named = Environment["BEAMSTACK_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }
        let finding = known.withLock { known in
            if let finding = known[named] { return finding }
            let finding = look(for: named)
            known[named] = finding
            return finding
        }
        switch finding {
        case .found(let interpreter): return interpreter
        case .failed(let code, let message, let notes, let hint):
            throw Diagnostic(code, message, at: range, notes: notes, hint: hint)
        }
    }

    private static func look(for named: String?) -> Finding {
        var tooOld: (name: String, version: String)?
        var complaint: [String] = []
        for name in named.map({ [$0] }) ?? ["python3", "python"] {
            let answer: (ending: ChildProcess.Ending, lines: [String])
            do {
                answer = try ask(name)
            } catch {
                if named != nil { complaint = [error.description] }
                continue
            }
            guard answer.ending == .exited(0), answer.lines.count >= 2 else {
                complaint = ["'\(name)' gave \(answer.ending)"] + answer.lines.suffix(3)
                continue
            }
            let (version, path) = (answer.lines[answer.lines.count - 2], answer.lines[answer.lines.count - 1])
            let numbers = version.split(separator: ".").compactMap { Int($0) }
            guard numbers.count >= 2 else { continue }
            if (numbers[0], numbers[1]) >= (oldestVersion.major, oldestVersion.minor) {
                return .found(Interpreter(path: path.isEmpty ? name : path, version: version))
            }
            tooOld = tooOld ?? (name, version)
        }
        if let (name, version) = tooOld {
            return .failed(
                .pythonTooOld, message: "'\(name)' is Python \(version), and workers need 3.9 or later", notes: [],
                hint: "name a later one with the variable BEAMSTACK_PYTHON")
        }
        return .failed(
            .pythonNotFound,
            message: named.map { "BEAMSTACK_PYTHON is '\($0)', which does not run as a Python" }
                ?? "the step runs in Python, and there is neither 'python3' nor 'python' on the PATH",
            notes: complaint, hint: "install Python 3.9 or later, or name one with the variable BEAMSTACK_PYTHON")
    }

    private static func ask(_ name: String) throws(SystemError) -> (ending: ChildProcess.Ending, lines: [String]) {
        let question = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)"
        var lines: [String] = []
        let child = try ChildProcess(name, arguments: ["-I", "-S", "-c", question])
        let ending = child.finish(deadline: MonotonicClock.seconds + 30, onLine: { lines.append($0) })
        return (ending, lines)
    }
}

extension ChildProcess {
    /// Gives what the process prints, line by line, until it ends or is killed.
    public func finish(
        deadline: Double = .infinity, onLine: (String) -> Void, isCancelled: () -> Bool = { false }
    ) -> Ending {
        var splitter = LineSplitter()
        var isOver = false
        while !isOver {
            if isCancelled() || MonotonicClock.seconds > deadline { kill() }
            // A child of the child may keep the pipe open beyond its own parent's end.
            let hasEnded = ending != nil
            switch splitter.drain(log, onLine) {
            case .ended: isOver = true
            case .wouldBlock where hasEnded: isOver = true
            default: PipeEnd.wait(reading: [log], milliseconds: 50)
            }
        }
        splitter.finish(onLine)
        while true {
            if let ending = wait(milliseconds: 50) { return ending }
            if isCancelled() || MonotonicClock.seconds > deadline { kill() }
        }
    }
}
