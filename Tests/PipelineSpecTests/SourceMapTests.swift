import Diagnostics
import PipelineSpec
import Testing

/// Where the text of a node was written, after templates were rendered.
struct SourceMapTests {
    private func node(_ text: String, _ path: [String], _ files: [String: String] = [:]) -> YAMLNode? {
        let variables: [String: TemplateValue] = [
            "p": .string("in.csv"), "names": .list([.string("a"), .string("b")]),
        ]
        let reader = DocumentReader(loader: MemoryLoader(files: files), variables: variables)
        guard let rendered = reader.render(text: text, path: "main.yaml").rendered else { return nil }
        var node = YAMLParser.parse(rendered).root
        for key in path { node = Int(key).map { node?.sequence?[$0] } ?? node?[key] }
        return node
    }

    private func place(_ node: YAMLNode?) -> String {
        guard let node else { return "nothing" }
        return "\(node.range.location) \(node.range.text)"
    }

    @Test func mapsExpressionsToTheirTag() {
        #expect(place(node("a: 1\nb: {{ p }}", ["b"])) == "main.yaml:2:4 {{ p }}")
        #expect(place(node("b: x/{{ p }}/y", ["b"])) == "main.yaml:1:4 x/{{ p }}/y")
    }

    @Test func mapsLiteralTextBehindRemovedLines() {
        #expect(place(node("# c\n\n{# d #}b: {{ p }}\nc: d", ["c"])) == "main.yaml:4:4 d")
    }

    @Test func mapsIncludedText() {
        let files = ["part.yaml": "# License\n\nname: {{ p }}\nother: x"]
        let text = "first: 1\n{% include 'part.yaml' %}\nlast: 2"
        #expect(place(node(text, ["name"], files)) == "part.yaml:3:7 {{ p }}")
        #expect(place(node(text, ["other"], files)) == "part.yaml:4:8 x")
        #expect(place(node(text, ["last"], files)) == "main.yaml:3:7 2")
    }

    @Test func mapsIndentedMacrosToTheirBody() {
        let files = ["m.yaml": "{%- macro step(n) -%}\ntype: Read\nname: \"{{ n }}\"\n{%- endmacro -%}"]
        let text = "{% import 'm.yaml' as m %}\na:\n{{ m.step(p) | indent(4, true) }}\nb: 1"
        #expect(place(node(text, ["a", "type"], files)) == "m.yaml:2:7 Read")
        #expect(place(node(text, ["a", "name"], files)) == "m.yaml:3:7 \"{{ n }}\"")
        #expect(place(node(text, ["b"], files)) == "main.yaml:4:4 1")
    }

    @Test func mapsBlocksOfBothTemplates() {
        let files = ["base.yaml": "a: base\n{% block more %}\nb: old\n{% endblock %}\nc: end"]
        let text = "{% extends 'base.yaml' %}\n{% block more %}\nb: new\n{{ super() }}d: 4\n{% endblock %}"
        #expect(place(node(text, ["a"], files)) == "base.yaml:1:4 base")
        #expect(place(node(text, ["d"], files)) == "main.yaml:4:17 4")
        #expect(place(node(text, ["c"], files)) == "base.yaml:5:4 end")
    }

    @Test func mapsEveryTurnOfALoopToTheSameText() {
        let text = "{% for n in names %}\n- type: Read\n  name: {{ n }}\n{% endfor %}"
        #expect(place(node(text, ["0", "type"])) == "main.yaml:2:9 Read")
        #expect(place(node(text, ["1", "type"])) == "main.yaml:2:9 Read")
        #expect(place(node(text, ["1", "name"])) == "main.yaml:3:9 {{ n }}")
    }

    @Test func mapsTextWithWindowsLineBreaks() {
        #expect(place(node("a: {{ p }}\r\nb: c\r\n", ["b"])) == "main.yaml:2:4 c")
        #expect(place(node("a: 1\r\nb: c\r\n", ["b"])) == "main.yaml:2:4 c")
    }
}
