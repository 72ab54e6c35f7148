import Testing

@testable import Diagnostics

@Suite struct TerminalRendererTests {
    private static let code = DiagnosticCode("unknown-field", "a field that is not there", "…")

    private func range(of part: String, in file: SourceFile) throws -> SourceRange {
        let text = Array(file.utf8)
        let wanted = Array(part.utf8)
        let start = try #require(
            (0...max(0, text.count - wanted.count)).first { text[$0...].starts(with: wanted) })
        return SourceRange(file: file, start: start, end: start + wanted.count)
    }

    @Test func allParts() throws {
        let file = SourceFile(path: "p.yaml", text: "a: 1\nb: x + prise\n")
        let first = try range(of: "a", in: file)
        let diagnostic = Diagnostic(
            Self.code, "no field 'prise'", at: try range(of: "prise", in: file), notes: ["input has: 'price'"],
            hint: "did you mean 'price'?\nor another", related: [.init("made here", at: first)])
        #expect(
            TerminalRenderer().render(diagnostic) == """
                error[unknown-field]: no field 'prise'
                 --> p.yaml:2:8
                  |
                2 | b: x + prise
                  |        ^^^^^
                  note: made here
                 --> p.yaml:1:1
                  |
                1 | a: 1
                  | ^
                  = input has: 'price'
                  = help: did you mean 'price'?
                          or another

                """)
    }

    @Test func problemsWithoutATextAreOneLine() {
        let diagnostic = Diagnostic(Self.code, severity: .warning, "nothing to do", at: nil)
        #expect(TerminalRenderer().render(diagnostic) == "warning[unknown-field]: nothing to do\n")
    }

    @Test(arguments: [
        ("日本: prise", "prise", "      ", "^^^^^"),
        ("k: 日本語", "日本語", "   ", "^^^^^^"),
        ("k: 😀!", "😀", "   ", "^^"),
        ("e\u{301}: bad", "bad", "   ", "^^^"),
        ("\tk: bad", "bad", "\t   ", "^^^"),
        ("k:", "", "", "^"),
    ])
    func caretsStandUnderWhatTheyMark(line: String, marked: String, indent: String, carets: String) throws {
        let file = SourceFile(path: "p", text: line + "\nnext")
        let text = TerminalRenderer().render(Diagnostic(Self.code, "m", at: try range(of: marked, in: file)))
        #expect(text.split(separator: "\n").last == "  | \(indent)\(carets)")
    }

    @Test(arguments: [0, 30, 5_000, 9_999]) func ofLongLinesOnlyTheSurroundingsAreShown(_ place: Int) throws {
        let line = String(repeating: ".", count: place) + "é" + String(repeating: ".", count: 10_000 - place)
        let file = SourceFile(path: "p", text: line + "\nnext")
        let text = TerminalRenderer().render(Diagnostic(Self.code, "m", at: try range(of: "é", in: file)))
        let lines = text.split(separator: "\n").suffix(2).map(Array.init)
        let excerpt = try #require(lines.first)
        #expect(excerpt.count < 260)
        #expect(lines.last?.firstIndex(of: "^") == excerpt.firstIndex(of: "é"))
        #expect(excerpt.contains("…"))
    }

    @Test func aRangeOverLinesMarksItsFirstLine() throws {
        let file = SourceFile(path: "p", text: "one two\nthree\n")
        let text = TerminalRenderer().render(Diagnostic(Self.code, "m", at: try range(of: "two\nthr", in: file)))
        #expect(text.hasSuffix("1 | one two\n  |     ^^^\n"))
    }

    @Test func theGutterFitsTheLargestLine() throws {
        let file = SourceFile(path: "p", text: String(repeating: "\n", count: 99) + "last")
        let text = TerminalRenderer().render(Diagnostic(Self.code, "m", at: try range(of: "last", in: file)))
        #expect(text.contains("\n   --> p:100:1\n    |\n100 | last\n    | ^^^^\n"))
    }

    @Test func controlCharactersOfASourceLineAreNotPrinted() throws {
        let file = SourceFile(path: "p", text: "a\u{1B}[31m\u{7F} bad")
        let text = TerminalRenderer().render(Diagnostic(Self.code, "m", at: try range(of: "bad", in: file)))
        #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7F}" })
        #expect(text.contains("a\u{FFFD}[31m\u{FFFD} bad"))
    }

    @Test func controlCharactersOfNamesAreNotPrinted() {
        let name = "\u{1B}[2J\u{202E}\u{9B}x\r"
        let file = SourceFile(path: name, text: name)
        let here = SourceRange(file: file, start: 0, end: 1)
        let text = TerminalRenderer().render(
            Diagnostic(
                Self.code, "no field '\(name)'", at: here, notes: [name], hint: name, related: [.init(name, at: here)]))
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202E}" || $0 == "\u{9B}" })
    }

    @Test func colorsWrapTheSameText() throws {
        let file = SourceFile(path: "p", text: "a: bad")
        let diagnostic = Diagnostic(Self.code, "m", at: try range(of: "bad", in: file), hint: "h")
        let colored = TerminalRenderer(usesColor: true).render(diagnostic)
        #expect(colored.contains("\u{1B}[1;31merror[unknown-field]\u{1B}[0m"))
        #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == TerminalRenderer().render(diagnostic))
    }

    @Test func severitiesAreOrdered() {
        #expect(Diagnostic.Severity.note < .warning)
        #expect(Diagnostic.Severity.warning < .error)
        #expect([Diagnostic(Self.code, severity: .warning, "m", at: nil)].hasErrors == false)
        #expect([Diagnostic(Self.code, "m", at: nil)].hasErrors)
    }
}
