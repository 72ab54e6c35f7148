import DataModel
import Engine
import Planning
import Testing

@Suite struct JoinOperatorTests {
    private static let left = Schema([Field("k", FieldType.int64.nullable), Field("a", .string)])
    private static let right = Schema([Field("k", FieldType.int64.nullable), Field("b", .string)])
    private static let leftRows: [[Value]] = [
        [.int(1), .string("a1")], [.int(2), .string("a2")], [.null, .string("a?")], [.int(2), .string("a2'")],
    ]
    private static let rightRows: [[Value]] = [
        [.int(2), .string("b2")], [.int(3), .string("b3")], [.null, .string("b?")], [.int(2), .string("b2'")],
    ]

    private func join(_ kind: JoinOperation.Kind) -> JoinOperation {
        JoinOperation(
            stages: [.init(kind: kind, equalities: [(left: .init(input: 0, field: 0), right: 0)])],
            outputs: [.init(input: 0, field: 1), .init(input: 1, field: 1)])
    }

    private static let output = Schema([Field("a", FieldType.string.nullable), Field("b", FieldType.string.nullable)])

    @Test(arguments: [
        (JoinOperation.Kind.inner, [["a2", "b2"], ["a2", "b2'"], ["a2'", "b2"], ["a2'", "b2'"]]),
        (.left, [["a1", nil], ["a2", "b2"], ["a2", "b2'"], ["a?", nil], ["a2'", "b2"], ["a2'", "b2'"]]),
        (.right, [["a2", "b2"], ["a2", "b2'"], ["a2'", "b2"], ["a2'", "b2'"], [nil, "b3"], [nil, "b?"]]),
        (
            .outer,
            [
                ["a1", nil], ["a2", "b2"], ["a2", "b2'"], ["a?", nil], ["a2'", "b2"], ["a2'", "b2'"], [nil, "b3"],
                [nil, "b?"],
            ]
        ),
    ])
    func joinsAsSQLDoes(_ kind: JoinOperation.Kind, _ expected: [[String?]]) throws {
        var builder = PlanBuilder()
        let left = builder.create(Self.left, Self.leftRows)
        let right = builder.create(Self.right, Self.rightRows)
        let joined = builder.add(.join(join(kind)), inputs: [left, right], schema: Self.output)
        let rows = try builder.collect(joined)
        #expect(rows == expected.map { $0.map { $0.map(Value.string) ?? .null } })
    }

    @Test func aCollectionJoinsItself() throws {
        var builder = PlanBuilder()
        let people = builder.create(Self.left, Self.leftRows)
        let joined = builder.add(.join(join(.inner)), inputs: [people, people], schema: Self.output)
        let rows = try builder.collect(joined)
        #expect(rows.count == 5)
        #expect(try builder.collect(joined, memoryBudget: 1).count == 5)
    }

    @Test(arguments: [JoinOperation.Kind.inner, .left, .right, .outer])
    func whatMemoryDoesNotHoldJoinsTheSame(_ kind: JoinOperation.Kind) throws {
        var builder = PlanBuilder()
        let left = builder.create(
            Self.left, (0..<3000).map { [.int(Int64($0 * 7 % 1000)), .string("a\($0)")] })
        let right = builder.create(
            Self.right, (0..<1500).map { [$0 % 100 == 0 ? .null : .int(Int64($0)), .string("b\($0)")] })
        let third = builder.create(
            Self.right, (500..<2500).map { [.int(Int64($0)), .string("c\($0)")] })
        let operation = JoinOperation(
            stages: [
                .init(kind: kind, equalities: [(left: .init(input: 0, field: 0), right: 0)]),
                .init(kind: kind, equalities: [(left: .init(input: 1, field: 0), right: 0)]),
            ],
            outputs: [.init(input: 0, field: 1), .init(input: 1, field: 1), .init(input: 2, field: 1)])
        let schema = Schema([
            Field("a", FieldType.string.nullable), Field("b", FieldType.string.nullable),
            Field("c", FieldType.string.nullable),
        ])
        let joined = builder.add(.join(operation), inputs: [left, right, third], schema: schema)
        func sorted(_ rows: [[Value]]) -> [String] { rows.map { "\($0)" }.sorted() }
        let inMemory = sorted(try builder.collect(joined))
        #expect(inMemory.count > 1000)
        #expect(sorted(try builder.collect(joined, memoryBudget: 10_000)) == inMemory)
        // The order on disk is fixed, too.
        #expect(
            try builder.collect(joined, workers: 1, memoryBudget: 10_000)
                == builder.collect(joined, workers: 7, memoryBudget: 10_000))
    }
}
