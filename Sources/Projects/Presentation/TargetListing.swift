public import Diagnostics
import PipelineSpec

/// The targets of a project as a table, or as JSON. Values of variables are not shown.
public struct TargetListing: Sendable {
    private let targets: [TargetDefinition]
    private let defaultName: String

    public init(_ project: Project, clusters: [KnownCluster]) {
        targets = project.targets(with: clusters)
        defaultName = project.defaultTarget?.text ?? "local"
    }

    public var text: String {
        var table = TextTable()
        table.add(["TARGET", "ENGINE", "PLACE", "WHERE", ""])
        for target in targets {
            let place = target.cluster.map { "cluster \($0)" } ?? target.address?.description
            table.add([
                target.name, target.engine.rawValue, target.place.rawValue, place ?? "",
                target.name == defaultName ? "default" : "",
            ])
        }
        return table.text
    }

    public var json: JSONText {
        .array(
            targets.map { target in
                .object([
                    "name": .string(target.name), "engine": .string(target.engine.rawValue),
                    "place": .string(target.place.rawValue), "cluster": .optional(target.cluster),
                    "address": .optional(target.address?.description),
                    "isDefault": .boolean(target.name == defaultName),
                    "definedAt": .optional(target.range?.location),
                    "jars": .array(target.jars.map { .string($0) }),
                    "settings": .object(
                        target.settings.map { JSONText.Member($0.name, .string($0.value.description)) }),
                ])
            })
    }
}
