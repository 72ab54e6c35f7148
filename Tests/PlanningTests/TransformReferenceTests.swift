import Diagnostics
import Foundation
import Testing

@testable import Planning

@Suite struct TransformReferenceTests {
    private let reference = TransformReference(entries: [
        ReferenceEntry(
            name: "Combine", category: "Grouping", summary: "groups rows and folds their values",
            documentation: "Each group gives one row.",
            example: "type: Combine\nconfig:\n  group_by: shop\n",
            parameters: [
                ReferenceParameter(
                    name: "group_by", type: "field name or list of field names", schema: .object(["type": "string"]),
                    isRequired: true, defaultValue: nil, documentation: "The keys | of a group.", nested: []),
                ReferenceParameter(
                    name: "language", type: "one of generic, python", schema: .object(["enum": ["generic", "python"]]),
                    isRequired: false, defaultValue: "generic",
                    documentation: String(repeating: "long text ", count: 12), nested: []),
            ], inputs: "one", outputs: "one", supportsErrorHandling: false, requirement: nil),
        ReferenceEntry(
            name: "ReadFromKafka", category: "Sources", summary: "reads a topic", documentation: "", example: nil,
            parameters: [], inputs: "none", outputs: "one", supportsErrorHandling: true, requirement: "java"),
    ])

    @Test func listingGroupsByCategory() {
        #expect(
            reference.listing == """
                Grouping
                  Combine        groups rows and folds their values

                Sources
                  ReadFromKafka  reads a topic  [needs java]

                """)
    }

    @Test func oneTransform() throws {
        let text = try #require(reference.text(for: "combine"))
        #expect(text.hasPrefix("Combine – groups rows and folds their values\n"))
        #expect(
            text.contains("  group_by  (field name or list of field names, required)\n      The keys | of a group.\n"))
        #expect(text.contains("  language  (one of generic, python, default generic)\n"))
        #expect(text.contains("Example:\n\n  type: Combine\n  config:\n    group_by: shop\n"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(reference.text(for: "Combin") == nil)
        #expect(reference.hint(for: "Combin") == "did you mean 'Combine'?")
    }

    @Test func pages() throws {
        let pages = reference.pages
        #expect(pages.map(\.fileName) == ["index.md", "combine.md", "readfromkafka.md"])
        #expect(pages[0].text.contains("| [ReadFromKafka](readfromkafka.md) | reads a topic *(needs java)* |"))
        #expect(
            pages[1].text.contains("| `group_by` | field name or list of field names | **required** | The keys \\| of"))
        #expect(pages[1].text.contains("```yaml\ntype: Combine\nconfig:\n  group_by: shop\n```\n"))
    }

    @Test func schemaHoldsEachTransformsParameters() throws {
        let text = reference.pipelineSchema.pretty
        let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let definitions = try #require(root["definitions"] as? [String: Any])
        let transform = try #require(definitions["transform"] as? [String: Any])
        let rules = try #require(transform["allOf"] as? [[String: Any]])
        #expect(rules.count == 2)
        let config = try #require(
            ((rules[0]["then"] as? [String: Any])?["properties"] as? [String: Any])?["config"] as? [String: Any])
        #expect(config["required"] as? [String] == ["group_by"])
        #expect(Set((config["properties"] as? [String: Any] ?? [:]).keys) == ["group_by", "language", "output_schema"])
        // Every `$ref` leads to a definition.
        for part in text.split(separator: "#/definitions/").dropFirst() {
            #expect(definitions[String(part.prefix { $0 != "\"" })] != nil)
        }
    }
}
