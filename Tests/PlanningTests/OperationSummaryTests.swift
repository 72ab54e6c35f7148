import DataModel
import Diagnostics
import Expressions
import Testing

@testable import Planning

@Suite struct OperationSummaryTests {
    private func compiled(_ text: String, _ form: ExpressionForm = .expression) throws -> CompiledExpression {
        let source = ExpressionSource(text, language: .python, form: form)
        let compilation = ExpressionCompiler(schema: PlanFixtures.sales).compile(source, toleratesFailures: false)
        guard case .native(let expression, _) = compilation else {
            throw DiagnosticsError([])
        }
        return expression
    }

    private func summary(_ operation: Planning.Operation) -> [String] {
        let source = PlanFixtures.read(0, "Sales", PlanFixtures.sales)
        let step = PlanFixtures.step(1, "S", "S", operation, from: [OutputReference(step: 0)])
        return OperationSummary(of: step, in: Plan(path: "", steps: [source, step])).lines
    }

    @Test func expressionsAreShownAsWritten() throws {
        let callable = "def f(row):\n  x = row.id\n  return x + 1"
        let fields = [
            ProjectedField(name: "id", expression: .compiled(try compiled("id")), range: nil),
            ProjectedField(name: "where", expression: .compiled(try compiled("shop")), range: nil),
            ProjectedField(name: "gross", expression: .compiled(try compiled("price * 1.19")), range: nil),
            ProjectedField(name: "next", expression: .compiled(try compiled(callable, .callable)), range: nil),
        ]
        #expect(
            summary(.project(fields)) == [
                "keeps id", "where = shop", "gross = price * 1.19", "next = def f(row): …",
            ])
        #expect(summary(.filter(.compiled(try compiled("price > 5")))) == ["keeps rows where price > 5"])
        let call = AggregateOperation.Call(
            destination: "total", function: .sum, value: try compiled("price * 2"), range: nil)
        #expect(
            summary(.aggregate(AggregateOperation(keys: [1], calls: [call], windowing: .sessions(gap: 600_000_000))))
                == [
                    "group by shop and window (sessions with gap 10m)", "total = sum(price * 2)",
                ])
        let partition = PartitionOperation(
            by: .compiled(try compiled("shop")), outputs: ["a", "b"], unknownOutput: nil)
        #expect(summary(.partition(partition)) == ["by shop: a, b, other values fail"])
    }

    @Test func indexesOutsideTheSchemaAreHarmless() {
        #expect(
            summary(.explode(ExplodeOperation(fields: [7, -1], isCrossProduct: true)))
                == ["one row for each element of field 7, field -1, every combination"])
    }
}
