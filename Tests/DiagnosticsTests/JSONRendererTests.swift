import Foundation
import Testing

@testable import Diagnostics

@Suite struct JSONRendererTests {
    @Test func keysAndPositions() throws {
        let file = SourceFile(path: "p \"x\".yaml", text: "é: 1\nb: 2\n")
        let code = DiagnosticCode("unknown-field", "s", "e")
        let diagnostics = [
            Diagnostic(
                code, "no 'b'", at: SourceRange(file: file, start: 6, end: 7), notes: ["n"], hint: "h",
                related: [.init("here", at: SourceRange(file: file, start: 0, end: 2))]),
            Diagnostic(code, severity: .warning, "w", at: nil),
        ]
        let text = JSONRenderer().render(diagnostics)
        #expect(text.hasSuffix("}\n"))
        let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
        let location: [String: Any] = [
            "path": "p \"x\".yaml", "start": ["line": 2, "column": 1, "offset": 6],
            "end": ["line": 2, "column": 2, "offset": 7],
        ]
        let first: [String: Any] = [
            "path": "p \"x\".yaml", "start": ["line": 1, "column": 1, "offset": 0],
            "end": ["line": 1, "column": 2, "offset": 2],
        ]
        let expected: [String: Any] = [
            "errors": 1, "warnings": 1,
            "diagnostics": [
                [
                    "code": "unknown-field", "severity": "error", "message": "no 'b'", "location": location,
                    "notes": ["n"], "hint": "h", "related": [["message": "here", "location": first]],
                ],
                [
                    "code": "unknown-field", "severity": "warning", "message": "w", "location": NSNull(), "notes": [],
                    "hint": NSNull(), "related": [],
                ],
            ],
        ]
        #expect(root == expected as NSDictionary)
    }

    @Test func noProblemsAreStillAnObject() throws {
        let text = JSONRenderer().render([])
        let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(root["errors"] as? Int == 0)
        #expect((root["diagnostics"] as? [Any])?.isEmpty == true)
    }
}
