public import Diagnostics

extension TransformReference {
    /// A JSON Schema (draft-07, which editors' YAML extensions read) of a whole pipeline file.
    ///
    /// Types that the catalogue does not know are allowed, since providers may define them.
    public var pipelineSchema: JSONText {
        .object([
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Beamstack pipeline",
            "type": "object",
            "required": ["pipeline"],
            "properties": .object([
                "pipeline": .object([
                    "description": "The transforms and how they are connected.",
                    "anyOf": .array([Self.reference("block"), Self.transformList]),
                ]),
                "options": .object([
                    "type": "object", "description": "Pipeline options; they win over the command line.",
                ]),
                "providers": Self.list(of: Self.reference("provider")),
                "tests": Self.list(of: Self.reference("test")),
            ]),
            "definitions": .object([
                "block": block,
                "transform": transform,
                "connection": Self.connection,
                "windowing": Self.windowing,
                "errorHandling": Self.errorHandling,
                "resourceHints": Self.resourceHints,
                "provider": Self.provider,
                "test": Self.test,
                "testElements": Self.testElements,
            ]),
        ])
    }

    private static func reference(_ name: String) -> JSONText { .object(["$ref": .string("#/definitions/\(name)")]) }

    private static func list(of items: JSONText) -> JSONText { .object(["type": "array", "items": items]) }

    private static var transformList: JSONText { list(of: reference("transform")) }

    private var block: JSONText {
        .object([
            "type": "object",
            "additionalProperties": false,
            "properties": .object([
                "type": .object(["enum": ["composite", "chain"]]),
                "transforms": Self.transformList,
                "extra_transforms": Self.transformList,
                "source": Self.reference("transform"),
                "sink": Self.reference("transform"),
                "windowing": Self.reference("windowing"),
                "resource_hints": Self.reference("resourceHints"),
            ]),
        ])
    }

    private var transform: JSONText {
        let names = (entries.map(\.name) + ["composite", "chain"]).map(JSONText.string)
        let keys: [(String, JSONText)] = [
            ("name", .object(["type": "string"])), ("input", Self.reference("connection")),
            ("output", Self.reference("connection")), ("config", .object(["type": "object"])),
            ("windowing", Self.reference("windowing")), ("resource_hints", Self.reference("resourceHints")),
            ("output_schema", .object(["type": "object"])), ("transforms", Self.transformList),
            ("extra_transforms", Self.transformList), ("source", Self.reference("transform")),
            ("sink", Self.reference("transform")),
        ]
        let type = JSONText.object(["anyOf": .array([.object(["enum": .array(names)]), .object(["type": "string"])])])
        return .object([
            "type": "object",
            "required": ["type"],
            "additionalProperties": false,
            "properties": .object([.init("type", type)] + keys.map { JSONText.Member($0.0, $0.1) }),
            "allOf": .array(entries.map(Self.rule)),
        ])
    }

    /// `if` the type is the transform's, `then` its configuration.
    private static func rule(_ entry: ReferenceEntry) -> JSONText {
        let required = entry.parameters.filter(\.isRequired).map { JSONText.string($0.name) }
        var properties = entry.parameters.map(member)
        if entry.supportsErrorHandling, !entry.parameters.contains(where: { $0.name == "error_handling" }) {
            properties.append(.init("error_handling", reference("errorHandling")))
        }
        if !entry.parameters.contains(where: { $0.name == "output_schema" }) {
            properties.append(.init("output_schema", .object(["type": "object"])))
        }
        let config = JSONText.object([
            "description": .string(entry.summary),
            "type": "object",
            "additionalProperties": false,
            "required": required.isEmpty ? nil : .array(required),
            "properties": .object(properties),
        ])
        let then = JSONText.object([
            "properties": .object(["config": config]),
            "required": required.isEmpty ? nil : ["config"],
        ])
        let type = JSONText.object(["const": .string(entry.name)])
        return .object(["if": .object(["properties": .object(["type": type])]), "then": then])
    }

    private static func member(_ parameter: ReferenceParameter) -> JSONText.Member {
        guard case .object(let members) = parameter.schema, !parameter.documentation.isEmpty else {
            return .init(parameter.name, parameter.schema)
        }
        return .init(
            parameter.name, .object([.init("description", .string(parameter.documentation))] + members))
    }

    private static var connection: JSONText {
        let names = list(of: .object(["type": "string"]))
        return .object([
            "anyOf": .array([
                .object(["type": "string"]), names, .object(["type": "null"]),
                .object([
                    "type": "object",
                    "additionalProperties": .object(["anyOf": .array([.object(["type": "string"]), names])]),
                ]),
            ])
        ])
    }

    private static var windowing: JSONText {
        let duration = JSONText.object([
            "anyOf": .array([
                .object(["type": "number"]),
                .object(["type": "string", "pattern": "^[0-9]+([.][0-9]*)?\\s*(ms|s|m|h|d)?$"]),
            ]),
            "description": "Seconds, or a number with a unit: ms, s, m, h or d.",
        ])
        return .object([
            "type": "object",
            "required": ["type"],
            "additionalProperties": false,
            "properties": .object([
                "type": .object(["enum": ["global", "fixed", "sliding", "sessions"]]), "size": duration,
                "period": duration, "offset": duration, "gap": duration,
            ]),
        ])
    }

    private static var errorHandling: JSONText {
        .object([
            "type": "object",
            "required": ["output"],
            "properties": .object([
                "output": .object(["type": "string", "description": "The output that takes failing rows."]),
                "threshold": .object([
                    "type": "number", "minimum": 0, "maximum": 1,
                    "description": "The share of failing rows above which the run fails all the same.",
                ]),
            ]),
        ])
    }

    private static var resourceHints: JSONText {
        .object([
            "type": "object",
            "additionalProperties": false,
            "properties": .object([
                "min_ram": .object(["type": ["string", "integer"]]),
                "minRam": .object(["type": ["string", "integer"]]),
                "accelerator": .object(["type": "string"]), "cpu_count": .object(["type": ["string", "integer"]]),
                "cpuCount": .object(["type": ["string", "integer"]]),
                "max_active_bundles_per_worker": .object(["type": ["string", "integer"]]),
                "maxActiveBundlesPerWorker": .object(["type": ["string", "integer"]]),
            ]),
        ])
    }

    private static var provider: JSONText {
        .object([
            "type": "object",
            "additionalProperties": false,
            "properties": .object([
                "type": .object(["type": "string"]), "config": .object(["type": "object"]),
                "transforms": .object(["type": "object"]), "include": .object(["type": "string"]),
            ]),
        ])
    }

    private static var test: JSONText {
        let elements = list(of: reference("testElements"))
        return .object([
            "type": "object",
            "additionalProperties": false,
            "properties": .object([
                "name": .object(["type": "string"]), "mock_inputs": elements, "mock_outputs": elements,
                "expected_inputs": elements, "expected_outputs": elements,
                "allowed_sources": list(of: .object(["type": "string"])),
            ]),
            "anyOf": .array([.object(["required": ["expected_outputs"]]), .object(["required": ["expected_inputs"]])]),
        ])
    }

    private static var testElements: JSONText {
        .object([
            "type": "object",
            "required": ["name", "elements"],
            "additionalProperties": false,
            "properties": .object([
                "name": .object(["type": "string", "description": "A transform, or one of its outputs after a dot."]),
                "elements": .object(["type": "array"]),
            ]),
        ])
    }
}
