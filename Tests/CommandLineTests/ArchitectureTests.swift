import Foundation
import Testing

/// Modules import downwards only, in the order of Package.swift.
struct ArchitectureTests {
    private static func order() throws -> [String] {
        try Repository.text("Package.swift").matches(of: /(?m)^ +module\(\s*"(\w+)"/).map { String($0.1) }
    }

    private static func imports(in text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 1, words.count > place + 1 else { return nil }
            guard !line.hasPrefix("//") else { return nil }
            return words.last.map(String.init)
        }
    }

    @Test func noModuleImportsUpwards() throws {
        let order = try Self.order()
        #expect(order.count >= 11)
        for path in try Repository.sources() {
            guard let module = path.split(separator: "/").first.map(String.init),
                let own = order.firstIndex(of: module)
            else { continue }
            for imported in Self.imports(in: try Repository.text("Sources/\(path)")) {
                guard let other = order.firstIndex(of: imported) else { continue }
                #expect(other < own, "\(path) imports \(imported)")
            }
        }
    }

    /// Start-up would pay for Foundation, and results must not depend on its formatting.
    @Test func noLibraryImportsFoundation() throws {
        for path in try Repository.sources() {
            let imports = Self.imports(in: try Repository.text("Sources/\(path)"))
            #expect(!imports.contains("Foundation"), "\(path)")
        }
    }

    /// What would end the process on a stranger's input does not occur, except where the line says why.
    @Test(arguments: ["try!", "as!", "fatalError(", "preconditionFailure(", "TODO", "FIXME"])
    func noTrapdoors(_ word: String) throws {
        for path in try Repository.sources() {
            let text = try Repository.text("Sources/\(path)")
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            where line.contains(word) && !line.contains("//") {
                Issue.record("\(path):\(number + 1): \(line)")
            }
        }
    }

    @Test func uncheckedSendableHasItsReasonOnTheLine() throws {
        for path in try Repository.sources() {
            let lines = try Repository.text("Sources/\(path)").split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() where line.contains("@unchecked Sendable") {
                let hasReason = line.contains("//") || number > 0 && lines[number - 1].contains("//")
                #expect(hasReason, "\(path):\(number + 1)")
            }
        }
    }
}
