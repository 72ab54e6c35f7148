import DataModel
import Testing

@testable import Expressions

/// Whatever the text is, the compiler answers and never traps.
@Suite struct CompilerRobustnessTests {
    private static let pieces = [
        "id", "row", "row.id", "(", ")", "[", "]", "{", "}", "'", "\"", "'''", "f'", "f'{", "}'", "\\", "\n", "\n  ",
        "\n    ", ":", ";", ",", ".", "=", "==", "!=", "<", "if", "else", "elif", "for", "in", "not", "and", "or",
        "lambda", "lambda row:", "def f(row):", "return", "try:", "except", "finally:", "break", "raise", "import re",
        "from", "class", "@", "*", "**", "+", "-", "~", "//", "%", "<<", "1", "0x", "1e", "1_", "9999999999999999999",
        "b'", "None", "True", "is", "await", "yield", ":=", "\t", "é", "\u{0}", "#", "\r\n", "str", "len(", "re.match(",
        "m.group(", ".append(", "d[", "...", "->", "!", "$", "?", "`", "{x:", "!r}", "print", "assert", "del x", "with",
    ]

    @Test func randomTextsNeverTrap() {
        var random = SeededGenerator(seed: 99)
        let compiler = ExpressionCompiler(schema: ExpressionCompilerTests.schema)
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int(random.next() % 14) {
                text += Self.pieces[Int(random.next() % UInt64(Self.pieces.count))]
                if random.next() % 2 == 0 { text += " " }
            }
            for form in [ExpressionForm.expression, .callable] {
                let source = ExpressionSource(text, language: .python, form: form)
                switch compiler.compile(source, toleratesFailures: random.next() % 2 == 0) {
                case .native(let expression, _): _ = expression.evaluate(ExpressionCompilerTests.batch)
                case .foreign(let reason, _):
                    #expect(reason.range.upperBound <= text.utf8.count, "\(text)")
                case .invalid(let problems):
                    #expect(!problems.isEmpty, "\(text)")
                    #expect(problems.allSatisfy { $0.range.upperBound <= text.utf8.count + 1 }, "\(text)")
                }
            }
        }
    }

    @Test(arguments: ["(", "[", "{", "-", "not ", "lambda: ", "f(", "a[", "1 if 1 else ", "x.y(", "2**", "{1: "])
    func deepNestingIsAnError(opening: String) {
        let compiler = ExpressionCompiler(schema: ExpressionCompilerTests.schema)
        let text = String(repeating: opening, count: 100_000) + "1"
        guard case .invalid(let problems) = compiler.compile(ExpressionSource(text, language: .python)) else {
            Issue.record("\(opening) is accepted")
            return
        }
        #expect(problems.count == 1)
    }

    @Test(arguments: [" + 1", ".real", "[0]", " and 1", " < 1", "()", ", 1", " if 1 else 1"])
    func longChainsNeverTrap(link: String) {
        let compiler = ExpressionCompiler(schema: ExpressionCompilerTests.schema)
        let text = "id" + String(repeating: link, count: 50_000)
        _ = compiler.compile(ExpressionSource(text, language: .python))
        let nested = (0..<5000).map { "def f(row):\n" + String(repeating: " ", count: $0 % 200) }.joined()
        _ = compiler.compile(ExpressionSource(nested, language: .python, form: .callable))
    }

    @Test func deepBlocksAreAnError() {
        let compiler = ExpressionCompiler(schema: ExpressionCompilerTests.schema)
        var text = "def f(row):\n"
        for level in 1..<150 { text += String(repeating: " ", count: level) + "if row.id:\n" }
        text += String(repeating: " ", count: 150) + "return 1"
        guard case .invalid = compiler.compile(ExpressionSource(text, language: .python, form: .callable)) else {
            Issue.record("accepted")
            return
        }
    }

    @Test func nestedLoopsAreReadQuickly() {
        var text = "def f(row):\n x = 0\n"
        for level in 1..<40 { text += String(repeating: " ", count: level) + "for i\(level) in row.tags:\n" }
        text += String(repeating: " ", count: 40) + "x = x + 1\n return x"
        let compiler = ExpressionCompiler(schema: ExpressionCompilerTests.schema)
        guard case .native = compiler.compile(ExpressionSource(text, language: .python, form: .callable)) else {
            Issue.record("refused")
            return
        }
    }
}
