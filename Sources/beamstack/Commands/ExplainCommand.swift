import ArgumentParser
import Connectors
import Deployment
import Diagnostics
import Engine
import Expressions
import PipelineSpec
import Planning
import Projects
import Translation
import Workers

/// `beamstack explain`: what a problem's code means and how to mend it.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain an error code, or list them all.")

    @Argument(help: "A code, such as unknown-field.", completion: .list(allCodes.map(\.id)))
    var code: String?

    /// Every code of every module, sorted.
    static let allCodes: [DiagnosticCode] =
        (DiagnosticCode.pipelineSpecCodes + DiagnosticCode.expressionCodes + DiagnosticCode.planningCodes
        + DiagnosticCode.pipelineTestCodes
        + DiagnosticCode.engineCodes + DiagnosticCode.connectorCodes + DiagnosticCode.workerCodes
        + DiagnosticCode.translationCodes + DiagnosticCode.deploymentCodes
        + DiagnosticCode.clusterCodes + DiagnosticCode.projectCodes).sorted {
            $0.id < $1.id
        }

    func run() throws {
        guard let code else {
            let width = Self.allCodes.map(\.id.count).max() ?? 0
            for known in Self.allCodes {
                let padding = String(repeating: " ", count: width - known.id.count)
                Output.write("\(known.id)\(padding)  \(known.summary)\n")
            }
            return
        }
        guard let known = Self.allCodes.first(where: { $0.id == code }) else {
            let hint = Suggestion.hint(for: code, among: Self.allCodes.map(\.id), listing: "codes")
            Output.message("error: there is no code '\(code)'\(hint.map { "; \($0)" } ?? "")\n")
            throw CommandFailure(status: .usage)
        }
        Output.write("\(known.id): \(known.summary)\n\n\(known.explanation)\n")
    }
}
