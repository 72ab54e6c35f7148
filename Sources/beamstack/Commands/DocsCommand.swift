import ArgumentParser
import Diagnostics
import Planning
import Platform
import Projects

/// `beamstack docs`: the reference of all transforms, from the catalogue.
struct DocsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "Show the reference of a transform, or list them all.")

    @Argument(help: "A transform, such as MapToFields.")
    var transform: String?

    @Option(help: "Write the whole reference as Markdown pages into this folder.", completion: .directory)
    var write: String?

    @Flag(name: .customLong("json-schema"), help: "Print the JSON Schema of pipeline files, for editors.")
    var jsonSchema = false

    @Flag(name: .customLong("project-schema"), help: "Print the JSON Schema of beamstack.yaml, for editors.")
    var projectSchema = false

    func run() throws {
        if projectSchema {
            Output.write(Project.schema.compact + "\n")
            return
        }
        let reference = Catalogue.standard.reference
        if jsonSchema {
            Output.write(reference.pipelineSchema.compact + "\n")
        } else if let write {
            try writePages(reference, to: write)
        } else if let transform {
            guard let text = reference.text(for: transform, width: Terminal.width(of: .output) ?? 80) else {
                let hint = reference.hint(for: transform).map { "; \($0)" } ?? ""
                Output.message("error: there is no transform '\(transform)'\(hint)\n")
                throw CommandFailure(status: .usage)
            }
            Output.write(text)
        } else {
            Output.write(reference.listing)
        }
    }

    private func writePages(_ reference: TransformReference, to folder: String) throws {
        do throws(SystemError) {
            try FileSystem.createDirectories(folder)
            for page in reference.pages {
                try OpenFile.write(Array(page.text.utf8), to: "\(folder)/\(page.fileName)")
            }
        } catch {
            Output.message("error: \(error)\n")
            throw CommandFailure.environment
        }
    }
}
