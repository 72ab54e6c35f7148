import DataModel
import Expressions
import Planning
import Testing

@testable import Engine

@Suite struct AggregateOperatorTests {
    private static let schema = Schema([Field("k", .string), Field("n", .int64), Field("v", .double)])

    private func field(_ name: String) throws -> CompiledExpression {
        let compiled = ExpressionCompiler(schema: Self.schema).compile(ExpressionSource(name, language: .generic))
        guard case .native(let expression, _) = compiled else {
            throw PythonError("TestError", "'\(name)' does not compile")
        }
        return expression
    }

    private func totals(keys: [Int], rows: [[Value]], workers: Int, memoryBudget: Int) throws -> [[Value]] {
        var builder = PlanBuilder()
        let input = builder.create(Self.schema, rows)
        let operation = AggregateOperation(
            keys: keys,
            calls: [
                .init(destination: "sum", function: .sum, value: try field("v"), range: nil),
                .init(destination: "count", function: .count, value: try field("n"), range: nil),
            ], windowing: .global)
        let output = Schema(keys.map { Self.schema.fields[$0] } + [Field("sum", .double), Field("count", .int64)])
        let grouped = builder.add(.aggregate(operation), inputs: [input], schema: output)
        return try builder.collect(grouped, workers: workers, memoryBudget: memoryBudget)
    }

    /// Rows of which every group has two, far apart.
    private static let rows: [[Value]] = (0..<40_000).map { number in
        let key = number * 7919 % 20_000
        return [.string("key \(key)"), .int(Int64(key)), .double(Double(number) / 3)]
    }

    @Test(arguments: [[0], [1], [0, 1]])
    func groupsBeyondTheMemoryAreTheSame(_ keys: [Int]) throws {
        func sorted(_ rows: [[Value]]) -> [String] { rows.map { "\($0)" }.sorted() }
        let inMemory = try totals(keys: keys, rows: Self.rows, workers: 2, memoryBudget: 1 << 30)
        #expect(inMemory.count == 20_000)
        let onDisk = try totals(keys: keys, rows: Self.rows, workers: 2, memoryBudget: 1 << 18)
        #expect(sorted(onDisk) == sorted(inMemory))
    }

    @Test func theOrderDoesNotDependOnTheWorkers() throws {
        let budgets = [1 << 30, 1 << 18]
        for budget in budgets {
            let alone = try totals(keys: [0], rows: Self.rows, workers: 1, memoryBudget: budget)
            #expect(try totals(keys: [0], rows: Self.rows, workers: 5, memoryBudget: budget) == alone)
        }
    }

    @Test func fewGroupsComeInOrderOfAppearance() throws {
        let rows: [[Value]] = ["b", "a", "c", "a", "b"].map { [.string($0), .int(1), .double(1)] }
        let grouped = try totals(keys: [0], rows: rows, workers: 3, memoryBudget: 1 << 30)
        #expect(grouped.map { $0[0] } == [.string("b"), .string("a"), .string("c")])
    }

    @Test func noRowsGiveNoGroup() throws {
        #expect(try totals(keys: [], rows: [], workers: 2, memoryBudget: 1 << 30).isEmpty)
    }
}
