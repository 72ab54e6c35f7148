import Diagnostics
import PipelineSpec
import Testing

struct YAMLParserTests {
    private func parse(_ text: String) -> (root: YAMLNode?, diagnostics: [Diagnostic]) {
        YAMLParser.parse(RenderedText(SourceFile(path: "p.yaml", text: text)))
    }

    @Test(arguments: [
        ("a: «b c»  # d", "a"), ("a: «'b c'»", "a"), ("a: «\"b\\n\"»\n", "a"), ("x: 1\na: «|\n  b\n   c\n»\nd: 1", "a"),
        ("a: «|-\n  b\n  c»\nd: 1", "a"), ("a: «[1, {b: 2}]» # x", "a"), ("a:\n  «b: 1\n  c: [2]»\n\nd: 1", "a"),
        ("a:\n«- 1\n- b: 2»\nd: 1", "a"), ("é: ñ\na: «日本»", "a"), ("a: &x «b»", "a"), ("a: !!str «5»", "a"),
        ("a: &x\n  «b: 1»\n", "a"), ("a: «b\n  c»\nd: 1", "a"), ("{b: 1, a: «2»}", "a"), ("a: «>\n  b\n  c\n»", "a"),
    ])
    func rangesCoverWhatIsWritten(_ source: String, _ key: String) {
        let marked = MarkedText(source)
        let range = parse(marked.text).root?[key]?.range
        #expect(range?.start == marked.start)
        #expect(range?.text == marked.marked)
    }

    @Test(arguments: [
        ("a: xy + «foo» - 1", "foo"), ("a: 'xy + «foo»'", "foo"), ("a: 'it''s «foo»'", "foo"),
        ("a: \"xy «foo»\"", "foo"), ("a: \"x\\ty\\u00e9 «foo» z\"", "foo"),
        ("a: |\n  one\n    two «foo»\n  x\n", "foo"),
        ("a: |-\n  one\n\n  «foo»", "foo"), ("a: >\n  one two\n  x «foo» z\n\n  y", "foo"),
        ("a: one\n  two\n  «foo»\n", "foo"), ("a: ñ «foo»", "foo"), ("a: \"one\n  two «foo»\"", "foo"),
        ("a: >-\n  one\n\n   two\n  «foo»\n", "foo"), ("a: |\r\n  one\r\n  «foo»\r\n", "foo"),
    ])
    func contentMapsToWhereItIsWritten(_ source: String, _ part: String) throws {
        let marked = MarkedText(source)
        let node = try #require(parse(marked.text).root?["a"])
        let text = try #require(node.scalar?.text)
        let before = try #require(text.split(separator: part, omittingEmptySubsequences: false).first)
        let offset = before.utf8.count
        let range = node.sourceRange(ofContent: offset..<(offset + part.utf8.count))
        #expect(range.start == marked.start)
        #expect(range.text == marked.marked)
    }

    @Test(arguments: [
        ("a: b«:» c", "yaml-syntax: a second ': ' in one value"),
        ("a:\n«\t»b: 1", "yaml-syntax: a tab cannot indent YAML"),
        ("a: «'»x", "yaml-syntax: the quote is never closed"),
        ("a: «[»1, 2", "yaml-syntax: '[' is never closed"),
        ("a: «{»b: 1", "yaml-syntax: '{' is never closed"),
        ("a: «@»x", "yaml-syntax: '@' cannot start a value"),
        ("a: 1\n«a»: 2", "duplicate-key: the key 'a' is given twice"),
        ("a: «*x»", "yaml-syntax: no anchor '&x' stands before this alias"),
        ("a: &x [«*x»]", "yaml-syntax: the anchor 'x' contains itself"),
        ("a: «!foo» 5", "yaml-tag: unknown tag '!foo'"),
        ("a: «2024-13-01»", "yaml-value: '2024-13-01' looks like a date, but no such day exists"),
        ("a: 1\n«---»\nb: 1", "yaml-syntax: a second document starts here"),
        ("a: 1\n«b c»\nd: 1", "yaml-syntax: expected 'key: value', but this line has no ': '"),
        ("a: «{b: 1}»: 2", "yaml-syntax: a second ': ' in one value"),
        ("a: {«{ x }»}", "yaml-syntax: a map cannot be a key"),
        ("«»", "yaml-syntax: the file is empty"), ("«»# only\n", "yaml-syntax: the file is empty"),
        ("a: x«\u{7}»", "yaml-syntax: the character U+0007 is not allowed in YAML"),
        ("a: x«\u{0}»", "yaml-syntax: the character U+0000 is not allowed in YAML"),
    ])
    func reportsMistakesWhereTheyAre(_ source: String, _ expected: String) {
        let marked = MarkedText(source)
        let found = marked.describe(parse(marked.text).diagnostics)
        if source.hasPrefix("a: «{b") {
            #expect(found.first?.hasPrefix("yaml-syntax") == true)
        } else {
            #expect(found == [expected])
        }
    }

    @Test func refusesWhatIsTooLarge() {
        let blocks = (0..<300).map { String(repeating: " ", count: $0) + "a:" }
        var aliases = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in 1...7 {
            let names = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            aliases.append("a\(level): &a\(level) [\(names)]")
        }
        for text in [
            String(repeating: "[", count: 100_000), String(repeating: "- ", count: 50_000),
            String(repeating: "{a: ", count: 5000), blocks.joined(separator: "\n"), aliases.joined(separator: "\n"),
        ] {
            #expect(parse(text).diagnostics.map(\.code) == [.yamlTooLarge], "\(text.prefix(20))")
        }
    }

    @Test func mergesMapsAsPyYAMLDoes() {
        let root = parse("a: &x {b: 1, z: 9}\nb: &y {b: 2, y: 8}\nc:\n  d: 4\n  <<: [*x, *y]\n").root
        let pairs = root?["c"]?.mapping?.map { "\($0.key.scalar?.text ?? "")=\($0.value.scalar?.text ?? "")" }
        #expect(pairs == ["b=1", "y=8", "z=9", "d=4"])
    }

    @Test(arguments: YAMLScalarCases.resolved.indices)
    func resolvesAsPyYAML(_ index: Int) {
        let (text, expected) = YAMLScalarCases.resolved[index]
        let value: String =
            switch parse("a: \(text)").root?["a"]?.scalar?.value {
            case .null: "null"
            case .bool(let value): "b\(value)"
            case .int(let value): "i\(value)"
            case .bigInt(let digits): "i\(digits)"
            case .float(let value): value.isNaN ? "fnan" : "f\(value)"
            case .string: "s"
            case .timestamp(let date):
                "t\(date.year)-\(date.month)-\(date.day)"
                    + (date.time.map { "T\($0.hour):\($0.minute):\($0.second).\($0.microsecond)" } ?? "")
            case .binary: "binary"
            case nil: "nothing"
            }
        // PyYAML moves an aware time to its zone only where it has no `Z`: what is written is kept here.
        #expect(value == expected, "\(text)")
    }

    @Test func readsBinary() {
        #expect(parse("a: !!binary aGVsbG8=").root?["a"]?.scalar?.value == .binary(Array("hello".utf8)))
    }
}
