import Diagnostics
import PipelineSpec

/// Transforms of Beam's Python SDK: `PyTransform`, and what Python providers add.
enum PythonTransforms {
    static let pyTransform = TransformDefinition(
        "PyTransform", category: "Elementwise", summary: "any transform of Beam's Python SDK",
        documentation: """
            Runs in Python worker processes that have Apache Beam. A transform that maps, filters, flat-maps or keys
            elements runs batch by batch on all cores; one that must see the whole collection, such as `GroupByKey`,
            runs under Beam's own local runner in one worker. `beamstack plan` says which.

            `constructor` is the transform's fully qualified name; with `__constructor__` the argument `source` holds
            Python code whose last function makes the transform, with `__callable__` one that takes and gives a
            collection.
            """,
        example: """
            type: PyTransform
            config:
              constructor: apache_beam.transforms.util.Distinct
            """, inputs: .optional,
        parameters: [
            Parameter("constructor", .string, required: true, "The transform's fully qualified name."),
            Parameter("args", .any, default: "[]", "Positional arguments."),
            Parameter("kwargs", .map, default: "{}", "Named arguments."), .dependencies, .worker,
        ]
    ) { context in
        guard let constructor = context["constructor"], let name = constructor.string else { return nil }
        return plan(
            context, constructor: name, source: nil, at: constructor.range, args: context["args"]?.json ?? .array([]),
            kwargs: context["kwargs"]?.json ?? .object([]), packages: context.declaredDependencies,
            reason: "'\(name)' is a transform of Beam's Python SDK", places: context.config?.places() ?? [])
    }

    /// A transform of a `python` or `pythonPackage` provider: the step's `config` holds its named arguments.
    static func provided(
        _ context: StepContext, name: String, code: String, packages: [String], range: SourceRange
    ) -> StepResult? {
        // Transforms of the original Beamstack's package have counterparts of our own.
        if let rule = TransformGarden.rule(for: code) { return rule(context) }
        let isName = code.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
        let places = (context.config?.places() ?? []).map { place in
            WorkerTask.Place(path: place.path.isEmpty ? [] : ["kwargs"] + place.path, range: place.range)
        }
        return plan(
            context, constructor: isName ? code : "__constructor__", source: isName ? nil : code, at: range,
            args: .array([]),
            kwargs: context.workerConfiguration, packages: packages + context.declaredDependencies,
            reason: "'\(name)' comes from a Python provider",
            places: [WorkerTask.Place(path: ["constructor"], range: range)] + places)
    }

    private static func plan(
        _ context: StepContext, constructor: String, source: String?, at range: SourceRange, args: JSONText,
        kwargs: JSONText, packages: [String], reason: String, places: [WorkerTask.Place]
    ) -> StepResult? {
        let code = context["kwargs"]?["source"] ?? context["args"]?.sequence?.first
        let start = code.map { $0.sourceRange(ofContent: 0..<0) } ?? range
        let configuration = JSONText.object([
            "constructor": .string(constructor), "args": args, "kwargs": kwargs, "source": source.map(JSONText.string),
            "path": .string(start.file.path), "line": .integer(start.startPosition.line),
            "inputNames": .array(context.inputs.map { .string($0.name) }),
            "bareInputs": .array(context.inputs.map { .optional($0.output.bareElement) }),
            "windowing": .array(context.inputs.map { $0.output.windowing.json }),
            "isSource": .boolean(context.inputs.isEmpty),
        ])
        return context.task(
            "transforms.beam", kind: .transform, requirements: [PythonPackages.beam] + packages,
            configuration: configuration, runsUserCode: true, reason: reason, places: places)
    }
}

extension Windowing {
    /// For a worker: sizes in microseconds.
    fileprivate var json: JSONText {
        switch self {
        case .global: .object(["type": "global"])
        case .fixed(let size, let offset):
            .object(["type": "fixed", "size": .integer(size), "offset": .integer(offset)])
        case .sliding(let size, let period, let offset):
            .object([
                "type": "sliding", "size": .integer(size), "period": .integer(period), "offset": .integer(offset),
            ])
        case .sessions(let gap): .object(["type": "sessions", "gap": .integer(gap)])
        }
    }
}
