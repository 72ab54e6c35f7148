import DataModel
import Diagnostics
import PipelineSpec
import Testing

@testable import Planning

@Suite struct JSONSchemaTests {
    /// A schema, a value as YAML, and what is wrong with it.
    static let cases: [(schema: String, value: String, violation: String?)] = [
        ("{type: integer}", "3", nil),
        ("{type: integer}", "x", "\"x\" is not of type 'integer'"),
        ("{type: integer}", "true", "true is not of type 'integer'"),
        ("{type: number, minimum: 1, exclusiveMaximum: 5}", "5", "5 is greater than or equal to the maximum of 5"),
        ("{type: number, minimum: 1}", "0.5", "0.5 is less than the minimum of 1"),
        ("{multipleOf: 0.5}", "1.25", "1.25 is not a multiple of 0.5"),
        ("{type: string, minLength: 2, maxLength: 3}", "äöü", nil),
        ("{type: string, minLength: 2}", "ä", "\"ä\" is too short"),
        ("{type: string, pattern: '^[a-z]+$'}", "abc", nil),
        ("{type: string, pattern: \"^a'\\\\d$\"}", "a'b", "\"a'b\" does not match '^a'\\d$'"),
        ("{enum: [a, 1]}", "b", "\"b\" is not one of the allowed values"),
        ("{const: 1}", "1", nil),
        ("{type: array, items: {type: integer}, maxItems: 2}", "[1, x]", "'[1]': \"x\" is not of type 'integer'"),
        ("{type: array, maxItems: 2}", "[1, 2, 3]", "[1,2,3] is too long"),
        ("{properties: {a: {type: string}}, required: [a]}", "{b: 1}", "'a' is a required property"),
        ("{properties: {a: {type: string}}}", "{a: null}", nil),
        ("{properties: {a: {type: string}}, required: [a]}", "{a: null}", "'a' is a required property"),
        (
            "{properties: {a: {properties: {b: {maximum: 1}}}}}", "{a: {b: 2}}",
            "'a.b': 2 is greater than the maximum of 1"
        ),
        (
            "{properties: {a: {}}, additionalProperties: false}", "{a: 1, z: 2}",
            "additional property 'z' is not allowed"
        ),
        ("{additionalProperties: {type: string}}", "{z: 2}", "'z': 2 is not of type 'string'"),
        ("{anyOf: [{type: string}, {type: 'null'}]}", "3", "3 is not valid under any of the given schemas"),
        ("{oneOf: [{minimum: 1}, {minimum: 2}]}", "3", "3 is valid under more than one of the given schemas"),
        ("{allOf: [{minimum: 1}, {maximum: 2}]}", "3", "3 is greater than the maximum of 2"),
        ("{not: {type: string}}", "x", "\"x\" should not be valid under the given schema"),
    ]

    @Test(arguments: cases)
    func violations(schema: String, value: String, violation: String?) throws {
        let context = try context("schema: \(schema)\nvalue: \(value)")
        let node = try #require(context["schema"])
        let parsed = try #require(JSONSchema.parse(node, context: context))
        #expect(context.diagnostics.isEmpty)
        let written = try #require(context["value"])
        let value = ElementReader.value(written, report: nil)
        #expect(parsed.violation(of: value) == violation)
    }

    @Test(arguments: [
        ("string", "string"), ("{type: array, items: {type: number}}", "list<double>"),
        ("{type: object, additionalProperties: {type: integer}}", "map<string, int64>"),
        (
            "{type: object, properties: {a: {type: string}, b: {type: bytes}}, required: [a]}",
            "row<a: string, b: bytes?>"
        ),
    ])
    func types(schema: String, type: String) throws {
        let context = try context("schema: \(schema)")
        let node = try #require(context["schema"])
        #expect(JSONSchema.type(of: node, context: context)?.description == type)
    }

    @Test(arguments: [
        ("{type: object, properties: {id: {type: integer}}}", nil),
        ("{type: object, properties: {id: {type: number}}}", nil),
        ("{type: object, properties: {id: {type: string}}}", "'id' has type int64, but the schema says 'string'"),
        ("{type: object, required: [gone]}", "the schema requires 'gone', which is not a field of the input"),
        (
            "{type: object, properties: {id: {}}, additionalProperties: false}",
            "the input has the field 'sub', which the schema does not allow"
        ),
        (
            "{type: object, properties: {sub: {type: object, properties: {x: {type: boolean}}}}}",
            "'sub.x' has type string?, but the schema says 'boolean'"
        ),
    ])
    func mismatches(schema: String, problem: String?) throws {
        let row = Schema([Field("id", .int64), Field("sub", .row(Schema([Field("x", .string.nullable)])))])
        let context = try context("schema: \(schema)")
        let node = try #require(context["schema"])
        #expect(JSONSchema.mismatch(node, row) == problem)
    }

    /// The context of a step whose config is the text.
    private func context(_ config: String) throws -> StepContext {
        let lines = config.split(separator: "\n").map { "        \($0)\n" }.joined()
        let text = "pipeline:\n  transforms:\n    - type: Create\n      config:\n\(lines)"
        let loader = MemoryTexts()
        let read = DocumentReader(loader: loader).read(text: text, path: "test.yaml")
        let document = try #require(read.document)
        let services = PlanningServices(
            inspector: MemoryInspector(), loader: loader, options: PlanningOptions(), path: "test.yaml")
        let spec = try #require(document.pipeline.transforms.first)
        return StepContext(
            spec: spec, name: "Create", inputs: [], errorHandling: nil,
            services: services)
    }
}
