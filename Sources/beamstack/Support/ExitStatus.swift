import ArgumentParser
import Diagnostics
import Platform
import Projects

/// What a command's end means to the caller. The numbers are part of the interface.
enum ExitStatus: Int32 {
    case success = 0
    /// The pipeline or the check failed.
    case failed = 1
    /// The command line is wrong.
    case usage = 2
    /// Something that the pipeline needs is not there: a language, a system, a disk.
    case environment = 3

    /// Runs a command and reports what it throws on standard error.
    static func of(_ body: () throws -> Void) -> ExitStatus {
        do {
            try body()
            return .success
        } catch let failure as CommandFailure {
            return failure.status
        } catch let diagnostic as Diagnostic {
            Output.report([diagnostic])
            return CommandFailure(of: [diagnostic]).status
        } catch let error as DiagnosticsError {
            Output.report(error.diagnostics)
            return CommandFailure(of: error.diagnostics).status
        } catch {
            let code = Beamstack.exitCode(for: error)
            let message = Beamstack.fullMessage(for: error)
            guard code != .success else {
                if !message.isEmpty { Output.write(message + "\n") }
                return .success
            }
            Output.message(message + "\n")
            return code == .validationFailure ? .usage : .failed
        }
    }
}

/// Ends a command whose problems have been printed.
struct CommandFailure: Error {
    let status: ExitStatus

    init(status: ExitStatus) {
        self.status = status
    }

    /// The failure that problems amount to: one of the pipeline where any of them is.
    init(of problems: [Diagnostic]) {
        let errors = problems.filter { $0.severity == .error }
        let isUsage = !errors.isEmpty && errors.allSatisfy { $0.code == .unknownTarget && $0.range == nil }
        if isUsage {
            status = .usage
            return
        }
        status = !errors.isEmpty && errors.allSatisfy(\.isEnvironmental) ? .environment : .failed
    }

    static let failed = CommandFailure(status: .failed)
    static let environment = CommandFailure(status: .environment)
}

func exitProcess(_ status: ExitStatus) -> Never {
    Host.exit(status.rawValue)
}
