import Diagnostics
import PipelineSpec
import Testing

struct TemplateRendererTests {
    private static func variables(_ json: String) throws -> [String: TemplateValue] {
        var result: [String: TemplateValue] = [:]
        if case .dictionary(let entries) = try TemplateValue(json: json) {
            for entry in entries { result[entry.key] = entry.value }
        }
        return result
    }

    @Test(arguments: JinjaCases.rendered.indices)
    func rendersAsJinja(_ index: Int) throws {
        let (template, text) = JinjaCases.rendered[index]
        let reader = DocumentReader(loader: MemoryLoader(), variables: try Self.variables(JinjaCases.variables))
        let (rendered, diagnostics) = reader.render(text: "X" + template, path: "t.yaml")
        #expect(rendered?.text == "X" + text, "\(template) \(diagnostics.map(\.message))")
    }

    @Test(arguments: [
        ("path: {{ «nothing» }}", "undefined-variable: the variable 'nothing' is not defined"),
        ("path: {{ params.«pth» }}", "undefined-variable: 'params' has no 'pth'"),
        ("{% if «other» %}a{% endif %}", "undefined-variable: the variable 'other' is not defined"),
        ("# see {{ «comment» }}\n# x", "undefined-variable: the variable 'comment' is not defined"),
        ("a: {{ params.path | «uper» }}", "template-syntax: unknown filter 'uper'"),
        ("a: «{{» params", "template-syntax: the tag is never closed"),
        ("{% «if» params %}a", "template-syntax: the tag is never closed"),
        ("{% «endfor» %}", "template-syntax: unexpected tag 'endfor'"),
        ("a: {{ «1 / 0» }}", "template-error: division by zero"),
        ("a: {{ «'a' + 1» }}", "template-error: '+' does not apply to str and int"),
        ("{% include «'none.yaml'» %}", "missing-include: no template 'none.yaml'"),
        ("{{ «range(10000000)» }}", "template-too-large: the list has more than 1000000 items"),
        ("{{ «'a' * 100000000000» }}", "template-too-large: the text is larger than 64 MiB"),
    ])
    func pointsAtProblems(_ source: String, _ expected: String) throws {
        let marked = MarkedText(source)
        let variables: [String: TemplateValue] = ["params": .dictionary([.init("path", .string("x"))])]
        let text = source.hasPrefix("#") ? "x: 1\n" + marked.text : marked.text
        let reader = DocumentReader(loader: MemoryLoader(), variables: variables)
        let (rendered, diagnostics) = reader.render(text: text, path: "dir/p.yaml")
        #expect(rendered == nil)
        let shifted = source.hasPrefix("#") ? MarkedText("x: 1\n" + source) : marked
        #expect(shifted.describe(diagnostics) == [expected])
    }

    @Test func suggestsNamesAndTellsHowToGiveThem() {
        let reader = DocumentReader(loader: MemoryLoader(), variables: ["input_path": .string("x")])
        #expect(
            reader.render(text: "{{ inputpath }}", path: "p").diagnostics.first?.hint == "did you mean 'input_path'?")
        let other = reader.render(text: "{{ zzz }}", path: "p").diagnostics.first
        #expect(other?.hint == "pass it with --set zzz=VALUE")
        #expect(other?.notes == ["known variables: 'input_path'"])
    }

    @Test func looksForTemplatesBesideTheMainFileThenBesideTheIncluding() {
        let loader = MemoryLoader(files: [
            "main/sub/a.yaml": "A {% include 'b.yaml' %}", "main/sub/b.yaml": "B",
            "lib/apache/c.yaml": "C",
        ])
        let reader = DocumentReader(loader: loader, searchPaths: ["lib"])
        let text = "{% include 'sub/a.yaml' %} {% include ['no', 'apache/c.yaml'] %}{% include 'no' ignore missing %}"
        #expect(reader.render(text: text, path: "main/p.yaml").rendered?.text == "A B C")
        let missing = reader.render(text: "{% include 'no' %}", path: "main/p.yaml").diagnostics.first
        #expect(missing?.notes == ["looked for 'no'", "looked for 'main/no'", "looked for 'lib/no'"])
    }

    @Test(arguments: [
        "{% include 'self.yaml' %}", "{% extends 'self.yaml' %}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set b = 'aaaaaaaaaaaaaaaa' * 4000000 %}{% for i in range(99) %}{% set _ = b ~ 'x' %}{% endfor %}",
        "{% set n = namespace(s='aaaaaaaaaaaaaaaa') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set l = [1] %}{% for i in range(99) %}{% set _ = l.extend(l) %}{% endfor %}",
    ])
    func neverHangs(_ template: String) {
        let reader = DocumentReader(loader: MemoryLoader(files: ["self.yaml": template]))
        #expect(reader.render(text: template, path: "p.yaml").diagnostics.map(\.code) == [.templateTooLarge])
    }

    @Test func refusesDeepExpressions() {
        let reader = DocumentReader(loader: MemoryLoader())
        for text in [
            "{{ " + String(repeating: "(", count: 9999) + "1", "{{ " + String(repeating: "not ", count: 9999) + "1 }}",
            "{{ 1" + String(repeating: " + 1", count: 9999) + " }}",
            "{{ x" + String(repeating: ".a", count: 9999) + " }}",
            String(repeating: "{% if true %}", count: 9999), "{{ " + String(repeating: "-", count: 9999) + "1 }}",
        ] {
            #expect(reader.render(text: text, path: "p").diagnostics.first?.code == .templateSyntax)
        }
    }
}
