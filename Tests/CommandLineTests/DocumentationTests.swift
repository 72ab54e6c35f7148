import Foundation
import Testing

/// What README and docs say is run: YAML blocks are validated, `beamstack` command lines are executed.
struct DocumentationTests {
    struct Block: CustomStringConvertible {
        let language: String
        let text: String
        let place: String

        var description: String { place }
    }

    static let pages: [String] = {
        let files = ((try? Repository.files(in: "docs")) ?? []).filter { $0.hasSuffix(".md") && $0 != "errors.md" }
        return ["README.md"] + files.map { "docs/\($0)" }
    }()

    static func blocks(in page: String) throws -> [Block] {
        var blocks: [Block] = []
        var current: (language: String, line: Int, lines: [Substring])?
        let lines = try Repository.text(page).split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            if line.hasPrefix("```") {
                if let open = current {
                    let text = open.lines.joined(separator: "\n") + "\n"
                    blocks.append(Block(language: open.language, text: text, place: "\(page):\(open.line)"))
                    current = nil
                } else {
                    current = (String(line.dropFirst(3)), number + 2, [])
                }
            } else {
                current?.lines.append(line)
            }
        }
        return blocks
    }

    @Test(arguments: pages) func pipelinesAreValid(_ page: String) throws {
        for block in try Self.blocks(in: page) where block.language == "yaml" && block.text.contains("pipeline:") {
            let folder = try TemporaryFolder.withExamples()
            try folder.write("p.yaml", block.text)
            let result = try Beamstack.run("validate", "p.yaml", in: folder.url)
            #expect(result.status == 0, "\(block.place): \(result.messages)")
        }
    }

    /// Blocks that name targets are project files.
    @Test(arguments: pages) func projectFilesAreValid(_ page: String) throws {
        for block in try Self.blocks(in: page) where block.language == "yaml" && block.text.contains("targets:") {
            let folder = try TemporaryFolder()
            try folder.write("beamstack.yaml", block.text)
            let result = try Beamstack.run("validate", "--warnings-as-errors", "beamstack.yaml", in: folder.url)
            #expect(result.status == 0, "\(block.place): \(result.messages)")
        }
    }

    /// Lines that begin with `beamstack` run in a copy of the repository's examples; a `# exits N` says what to expect.
    @Test(arguments: pages) func commandsWork(_ page: String) throws {
        let folder = try TemporaryFolder.withExamples()
        for block in try Self.blocks(in: page) where block.language == "sh" {
            for line in block.text.split(separator: "\n") where line.hasPrefix("beamstack ") {
                let command = line.components(separatedBy: " #")
                let status = command.dropFirst().joined().split(separator: " ").last.flatMap { Int32($0) } ?? 0
                let expected = line.contains("# exits ") ? status : 0
                // Redirections and pipes are the shell's.
                guard let binary = Beamstack.binary else { throw Beamstack.BinaryNotFound() }
                let shell = Process()
                shell.executableURL = URL(fileURLWithPath: "/bin/sh")
                shell.arguments = ["-c", "beamstack() { '\(binary.path)' \"$@\"; }\n\(command[0])"]
                shell.currentDirectoryURL = folder.url
                shell.environment = Beamstack.environment(["BEAMSTACK_STATE": folder.path + "/state"])
                shell.standardOutput = FileHandle.nullDevice
                shell.standardError = FileHandle.nullDevice
                try shell.run()
                shell.waitUntilExit()
                #expect(shell.terminationStatus == expected, "\(block.place): \(line)")
            }
        }
    }

    /// Error messages that are quoted are those that come.
    @Test(arguments: pages) func quotedErrorsAreReal(_ page: String) throws {
        let blocks = try Self.blocks(in: page)
        for (index, block) in blocks.enumerated() where block.language == "text" && block.text.hasPrefix("error[") {
            guard let source = blocks[..<index].last(where: { $0.language == "yaml wrong" }),
                let arrow = block.text.components(separatedBy: "--> ").dropFirst().first,
                let file = arrow.split(separator: ":").first
            else {
                Issue.record("\(block.place): there is no 'yaml wrong' block before the error")
                continue
            }
            let folder = try TemporaryFolder.withExamples()
            try folder.write(String(file), source.text)
            let command = block.text.hasPrefix("error[row-failed]") ? "run" : "validate"
            let result = try Beamstack.run(command, String(file), in: folder.url, environment: ["NO_COLOR": "1"])
            #expect(result.messages.contains(block.text.trimmingCharacters(in: .newlines)), "\(result.messages)")
        }
    }

    @Test(arguments: pages) func linksLeadSomewhere(_ page: String) throws {
        let folder = Repository.url(page).deletingLastPathComponent()
        for piece in try Repository.text(page).components(separatedBy: "](").dropFirst() {
            guard let target = piece.split(separator: ")").first, !target.contains("://"), !target.hasPrefix("#") else {
                continue
            }
            let path = target.split(separator: "#").first.map(String.init) ?? ""
            let exists = FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path)
            #expect(exists, "\(page) links to \(target)")
        }
    }
}
