import ArgumentParser
import Diagnostics
import PipelineSpec
import Platform
import Projects

/// What every command takes that reads pipelines with variables.
struct TemplateArguments: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A template variable; a value that begins with { or [ is JSON, any other is a string.",
            valueName: "key=value"))
    var assignments: [String] = []

    @Option(
        name: .customLong("set-file"),
        help: ArgumentHelp(
            "A template variable whose value is a file's text (a .json file's value).", valueName: "key=path"))
    var fileAssignments: [String] = []

    /// The variables; throws a usage error for what is not `key=value`.
    func variables() throws -> [String: TemplateValue] {
        var variables: [String: TemplateValue] = [:]
        for assignment in assignments {
            let (key, value) = try Self.split(assignment, option: "--set")
            variables[key] = try Self.value(value, of: "--set \(key)")
        }
        for assignment in fileAssignments {
            let (key, path) = try Self.split(assignment, option: "--set-file")
            let text: String
            do {
                text = String(decoding: try OpenFile.contents(of: path), as: UTF8.self)
            } catch {
                throw ValidationError("--set-file \(key): \(error)")
            }
            variables[key] = path.hasSuffix(".json") ? try Self.value(text, of: "--set-file \(key)") : .string(text)
        }
        return variables
    }

    /// The variables as a record of the run keeps them; they have been found valid.
    var recorded: [JobOptions.Variable] {
        let texts = assignments.compactMap { try? Self.split($0, option: "--set") }
        let files = fileAssignments.compactMap { try? Self.split($0, option: "--set-file") }
        return texts.map { JobOptions.Variable($0.key, text: $0.value) }
            + files.map { JobOptions.Variable($0.key, .file(Path.join(FileSystem.currentDirectory, $0.value))) }
    }

    private static func split(_ assignment: String, option: String) throws -> (key: String, value: String) {
        guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
            throw ValidationError("'\(assignment)' is not of the form KEY=VALUE; write \(option) name=value")
        }
        return (String(assignment[..<equals]), String(assignment[assignment.index(after: equals)...]))
    }

    private static func value(_ text: String, of option: String) throws -> TemplateValue {
        do {
            return try TemplateValue(commandLine: text)
        } catch {
            throw ValidationError("\(option): \(error)")
        }
    }
}
