import Foundation
import Testing

/// What the binary knows of itself: codes, transforms, completions, and the pages made of them.
struct ReferenceTests {
    private static func codes() throws -> [String] {
        try Beamstack.run("explain").output.split(separator: "\n").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
    }

    @Test func explainsEveryCode() throws {
        let codes = try Self.codes()
        #expect(codes.count > 40)
        #expect(Set(codes).count == codes.count, "each code is there once")
        for code in codes {
            let result = try Beamstack.run("explain", code)
            #expect(result.status == 0)
            #expect(result.output.hasPrefix("\(code): "))
            #expect(result.output.split(separator: "\n").count > 1, "\(code) is explained")
        }
    }

    /// A code that is in no list cannot be explained.
    @Test func everyCodeInTheSourcesIsListed() throws {
        let known = Set(try Self.codes())
        for path in try Repository.sources() {
            let text = try Repository.text("Sources/\(path)")
            for piece in text.components(separatedBy: "= DiagnosticCode(").dropFirst() {
                let parts = piece.split(separator: "\"", maxSplits: 2)
                guard parts.count > 1 else { continue }
                #expect(known.contains(String(parts[1])), "\(path) defines '\(parts[1])'")
            }
        }
    }

    @Test func similarCodesAreSuggested() throws {
        #expect(try Beamstack.run("explain", "unknown-feild").messages.contains("unknown-field"))
        #expect(try Beamstack.run("docs", "MapToFeilds").messages.contains("MapToFields"))
    }

    @Test func documentsEveryTransform() throws {
        let listing = try Beamstack.run("docs").output
        let names = listing.split(separator: "\n").filter { $0.hasPrefix("  ") }.compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        #expect(names.count > 60)
        for name in names {
            let result = try Beamstack.run("docs", name)
            #expect(result.status == 0)
            #expect(result.output.contains(name))
        }
    }

    @Test func theSchemaForEditorsIsJSON() throws {
        let schema = try JSONSerialization.jsonObject(with: Data(Beamstack.run("docs", "--json-schema").output.utf8))
        #expect((schema as? [String: Any])?["$schema"] is String)
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completions(_ shell: String) throws {
        let result = try Beamstack.run("completions", shell)
        #expect(result.status == 0)
        for command in ["validate", "explain", "completions"] { #expect(result.output.contains(command)) }
    }

    /// `make docs-reference` writes them anew.
    @Test func theReferencePagesAreUpToDate() throws {
        let folder = try TemporaryFolder()
        #expect(try Beamstack.run("docs", "--write", folder.path).status == 0)
        let pages = try folder.names()
        #expect(try Repository.files(in: "docs/reference") == pages)
        for page in pages {
            #expect(try folder.text(page) == Repository.text("docs/reference/\(page)"), "\(page) is stale")
        }
    }

    @Test func theListOfErrorsIsUpToDate() throws {
        let page = try Repository.text("docs/errors.md")
        for code in try Self.codes() {
            let text = try Beamstack.run("explain", code).output.dropFirst(code.count + 2)
            #expect(page.contains("## \(code)\n\n\(text)"), "\(code) is stale")
        }
    }
}
