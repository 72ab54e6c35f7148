import ArgumentParser
import Diagnostics
import Platform

/// What a command tells the process that does its work, through a pipe: arguments may hold secrets, which must not
/// stand in the list of processes a second time, nor in a file.
struct JobHandover {
    let arguments: [String]
    let appearance: Terminal.Appearance

    var bytes: [UInt8] {
        let json = JSONText.object([
            "arguments": .array(arguments.map(JSONText.string)), "isOutput": .boolean(appearance.isOutput),
            "isError": .boolean(appearance.isError), "width": appearance.width.map(JSONText.integer),
        ])
        return Array(json.compact.utf8)
    }

    /// What was handed to this process.
    static func received() throws -> JobHandover {
        let bytes = try OpenFile.contents(of: "/dev/stdin")
        let json = bytes.withUnsafeBytes { JSONText.parse($0) }
        guard let arguments = json?["arguments"]?.strings else {
            throw ValidationError("this is what 'beamstack run' starts; nobody else need")
        }
        return JobHandover(
            arguments: arguments,
            appearance: Terminal.Appearance(
                isOutput: json?["isOutput"]?.bool ?? false, isError: json?["isError"]?.bool ?? false,
                width: json?["width"]?.int))
    }

    func adoptAppearance() { Terminal.adopt(appearance) }
}
