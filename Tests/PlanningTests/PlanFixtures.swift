import DataModel
import Diagnostics

@testable import Planning

/// Plans written by hand, for what takes a plan.
enum PlanFixtures {
    static let sales = Schema([Field("id", .int64), Field("shop", .string.nullable), Field("price", .double)])
    static let shops = Schema([Field("code", .string), Field("city", .string)])

    static func read(_ id: Int, _ name: String, _ schema: Schema) -> Step {
        let read = ReadOperation(format: .csv(CSVOptions()), pattern: "/data/\(name).csv", range: nil)
        return Step(
            id: id, name: name, transform: "ReadFromCsv", range: nil, operation: .read(read), inputs: [],
            outputs: [StepOutput(name: "output", schema: schema)])
    }

    static func step(
        _ id: Int, _ name: String, _ transform: String, _ operation: Planning.Operation, from inputs: [OutputReference],
        outputs: [StepOutput] = [StepOutput(name: "output", schema: sales)], range: SourceRange? = nil
    ) -> Step {
        let named = inputs.enumerated().map { index, source in
            StepInput(name: inputs.count == 1 ? "input" : "input\(index)", source: source)
        }
        return Step(
            id: id, name: name, transform: transform, range: range, operation: operation, inputs: named,
            outputs: outputs)
    }

    /// Sales validated, joined with shops that are themselves hosted elsewhere, totalled and written.
    static var shop: Plan {
        let failures = StepOutput(
            name: "bad rows", schema: ErrorHandling.schema(for: sales), isErrorOutput: true)
        let join = JoinOperation(
            stages: [.init(kind: .left, equalities: [(left: .init(input: 0, field: 1), right: 0)])],
            outputs: [.init(input: 0, field: 0), .init(input: 1, field: 1)])
        let totals = AggregateOperation(keys: [1], calls: [], windowing: .fixed(size: 3_600_000_000, offset: 0))
        let foreign = ForeignOperation(
            requirement: "python", reason: "field 'city' calls 'geo.lookup', which only Python can run", range: nil)
        let write = WriteOperation(format: .json(JSONOptions()), path: "/out/totals", range: nil)
        let byCity = Schema([Field("id", .int64), Field("city", .string.nullable)])
        return Plan(
            path: "shop.yaml",
            steps: [
                read(0, "Sales", sales),
                read(1, "Shops", shops),
                step(
                    2, "Check", "ValidateWithSchema", .flatten, from: [.init(step: 0)],
                    outputs: [StepOutput(name: "output", schema: sales), failures]),
                step(
                    3, "Locate", "PyTransform", .foreign(foreign), from: [.init(step: 1)],
                    outputs: [StepOutput(name: "output", schema: nil)]),
                step(
                    4, "WithCity", "Join", .join(join), from: [.init(step: 2), .init(step: 3)],
                    outputs: [StepOutput(name: "output", schema: byCity)]),
                step(
                    5, "Totals", "Combine", .aggregate(totals), from: [.init(step: 4)],
                    outputs: [
                        StepOutput(
                            name: "output", schema: byCity, windowing: .fixed(size: 3_600_000_000, offset: 0))
                    ]),
                step(6, "Rejects", "WriteToJson", .write(write), from: [.init(step: 2, output: 1)], outputs: []),
                step(7, "Out", "WriteToJson", .write(write), from: [.init(step: 5)], outputs: []),
            ])
    }

    /// One step whose name tries to break out of every format.
    static let hostileName = "a\"]; <script>alert('x')</script> \\N & #quot; | `b`\n%%\u{1B}[31m\u{0}"

    static var hostile: Plan {
        let outputs = [
            StepOutput(name: hostileName, schema: Schema([Field(hostileName, .string)])),
            StepOutput(name: "other", schema: nil, isErrorOutput: true),
        ]
        return Plan(
            path: hostileName,
            steps: [
                step(0, hostileName, hostileName, .create(rows: []), from: [], outputs: outputs),
                step(1, "next", "Flatten", .flatten, from: [.init(step: 0)]),
            ])
    }
}

extension PlanFixtures {
    /// Edges over several layers, shared inputs and fan-out, for drawings.
    static var wide: Plan {
        func flatten(_ id: Int, _ name: String, _ sources: Int...) -> Step {
            step(id, name, "Flatten", .flatten, from: sources.map { OutputReference(step: $0) })
        }
        return Plan(
            path: "wide.yaml",
            steps: [
                read(0, "Clicks", sales), read(1, "Views", sales), read(2, "Users", shops),
                flatten(3, "Events", 0, 1), flatten(4, "Clean", 3), flatten(5, "Enriched", 4, 2),
                flatten(6, "ByHour", 5), flatten(7, "ByDay", 5), flatten(8, "ByUser", 5, 2),
                flatten(9, "Report", 6, 7, 8, 1),
                flatten(10, "日本語の名前 with a very long tail of words", 9, 0),
                flatten(11, "Archive", 4), flatten(12, "Alerts", 6),
            ])
    }
}
