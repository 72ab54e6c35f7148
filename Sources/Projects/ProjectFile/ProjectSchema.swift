public import Diagnostics

extension Project {
    /// A JSON Schema (draft-07, which editors' YAML extensions read) of `beamstack.yaml`.
    public static var schema: JSONText {
        .object([
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Beamstack project",
            "type": "object",
            "additionalProperties": false,
            "properties": .object([
                "default_target": .object([
                    "type": "string", "description": "The target that is meant without --target.",
                ]),
                "targets": .object([
                    "type": "object", "description": "Where the pipelines of this folder can run, by name.",
                    "propertyNames": .object(["pattern": .string(ProjectKeys.namePattern)]),
                    "additionalProperties": target,
                ]),
            ]),
        ])
    }

    private static var target: JSONText {
        let members = ProjectKeys.Target.allCases.map { JSONText.Member($0.rawValue, property($0)) }
        return .object([
            "type": "object", "required": ["engine"], "additionalProperties": false, "properties": .object(members),
        ])
    }

    private static func property(_ key: ProjectKeys.Target) -> JSONText {
        let description = JSONText.Member("description", .string(key.summary))
        let rest: [JSONText.Member] =
            switch key {
            case .engine: [.init("enum", .array(JobEngine.allCases.map { .string($0.rawValue) }))]
            case .place: [.init("enum", .array(Place.allCases.map { .string($0.rawValue) }))]
            case .cluster, .address: [.init("type", "string")]
            case .parallelism, .workers, .slots:
                [
                    .init("type", "integer"), .init("minimum", .integer(ProjectKeys.counts.lowerBound)),
                    .init("maximum", .integer(ProjectKeys.counts.upperBound)),
                ]
            case .memory: [.init("type", ["string", "integer"])]
            case .resources:
                [
                    .init("type", "object"), .init("additionalProperties", false),
                    .init("properties", .object(["driver": amount, "worker": amount])),
                ]
            case .jars: [.init("type", "array"), .init("items", .object([.init("type", "string")]))]
            case .settings: [.init("type", "object")]
            }
        return .object([description] + rest)
    }

    private static var amount: JSONText {
        .object([
            "type": "object", "additionalProperties": false,
            "properties": .object([
                "cpu": .object(["type": "number", "exclusiveMinimum": 0]),
                "memory": .object(["type": ["string", "integer"]]),
            ]),
        ])
    }
}
