import Foundation
import Testing

@testable import Diagnostics

@Suite struct SARIFRendererTests {
    private func log(_ diagnostics: [Diagnostic]) throws -> [String: Any] {
        let text = SARIFRenderer(version: "1.2.3").render(diagnostics)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func resultsPointAtRulesAndRegions() throws {
        let file = SourceFile(path: "dir/a b.yaml", text: "😀: 1\nb: 2\n")
        let one = DiagnosticCode("one", "first kind", "# why")
        let two = DiagnosticCode("two", "second kind", "# because")
        let log = try log([
            Diagnostic(
                two, "m", at: SourceRange(file: file, start: 6, end: 7), notes: ["n"], hint: "h",
                related: [.init("here", at: SourceRange(file: file, start: 0, end: 4))]),
            Diagnostic(one, severity: .warning, "w", at: nil),
            Diagnostic(two, severity: .note, "x", at: nil),
        ])
        #expect(log["version"] as? String == "2.1.0")
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        #expect(run["columnKind"] as? String == "unicodeCodePoints")
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        #expect(driver["semanticVersion"] as? String == "1.2.3")
        let rules = try #require(driver["rules"] as? [[String: Any]])
        #expect(rules.map { $0["id"] as? String } == ["two", "one"])
        #expect((rules[0]["help"] as? [String: String])?["markdown"] == "# because")

        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.map { $0["ruleIndex"] as? Int } == [0, 1, 0])
        #expect(results.map { $0["level"] as? String } == ["error", "warning", "note"])
        #expect((results[0]["message"] as? [String: String])?["text"] == "m\nn\nhelp: h")
        let location = try #require((results[0]["locations"] as? [NSDictionary])?.first)
        let expected: [String: Any] = [
            "physicalLocation": [
                "artifactLocation": ["uri": "dir/a%20b.yaml"],
                "region": ["startLine": 1, "startColumn": 4, "endLine": 1, "endColumn": 5],
            ]
        ]
        #expect(location == expected as NSDictionary)
        let related = try #require((results[0]["relatedLocations"] as? [[String: Any]])?.first)
        #expect(related["id"] as? Int == 1)
        #expect(results[1]["relatedLocations"] == nil)
        #expect((results[1]["locations"] as? [Any])?.isEmpty == true)
    }

    @Test(arguments: [
        ("a.yaml", "a.yaml"), ("/tmp/é.yaml", "file:///tmp/%C3%A9.yaml"), ("c:x#?%.yaml", "c%3Ax%23%3F%25.yaml"),
        ("<stdin>", "%3Cstdin%3E"), ("a\nb", "a%0Ab"),
    ])
    func pathsBecomeReferences(path: String, uri: String) {
        #expect(SARIFRenderer.uri(ofPath: path) == uri)
    }
}
