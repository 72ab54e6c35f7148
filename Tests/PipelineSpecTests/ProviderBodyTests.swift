import Diagnostics
import PipelineSpec
import Testing

struct ProviderBodyTests {
    private let listing = """
        - type: yaml
          transforms:
            Text:
              body: |
                type: MapToFields
                config:
                  fields: {x: "{{ name }}"}
                  {% if keep %}
                  append: {{ keep }}
                  {% endif %}
            Map:
              requires_inputs: false
              body:
                type: chain
                transforms:
                  - type: Create
                    config: {elements: ["{{ name }}"]}
                  - type: "{{ nope }}"
        """

    private func provider(_ name: String) -> (DocumentReader, ProviderSpec.YAMLTransform?) {
        let reader = DocumentReader(loader: MemoryLoader(files: ["lib.yaml": listing]))
        let text = "pipeline: {transforms: []}\nproviders: [{include: lib.yaml}]"
        let transforms = reader.read(text: text, path: "p.yaml").document?.providers.first?.yamlTransforms
        return (reader, transforms?.first { $0.name.text == name })
    }

    @Test func rendersATextWithItsArguments() throws {
        let (reader, transform) = provider("Text")
        let (spec, diagnostics) = reader.instantiate(
            try #require(transform), arguments: ["name": .string("abc"), "keep": .bool(true)])
        #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
        #expect(spec?.type.range.location == "lib.yaml:5:15")
        let field = spec?.config?["fields"]?["x"]
        #expect(field?.string == "abc")
        #expect(field?.range.text == "\"{{ name }}\"")
        #expect(spec?.config?["append"]?.scalar?.value == .bool(true))
    }

    @Test func rendersTheScalarsOfAMap() throws {
        let (reader, transform) = provider("Map")
        #expect(transform?.requiresInputs == false)
        let (spec, diagnostics) = reader.instantiate(
            try #require(transform), arguments: ["name": .string("abc"), "nope": .string("Explode")])
        #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
        #expect(spec?.transforms.map(\.type.text) == ["Create", "Explode"])
        #expect(spec?.transforms.first?.config?["elements"]?.sequence?.first?.string == "abc")
        #expect(spec?.transforms.last?.type.range.location == "lib.yaml:18:19")
    }

    @Test func pointsAtAMissingArgument() throws {
        let (reader, transform) = provider("Map")
        let (spec, diagnostics) = reader.instantiate(try #require(transform), arguments: ["name": .string("abc")])
        #expect(spec == nil)
        #expect(
            diagnostics.map { "\($0.code.id) \($0.range?.location ?? "")" } == ["undefined-variable lib.yaml:18:23"])
    }
}
