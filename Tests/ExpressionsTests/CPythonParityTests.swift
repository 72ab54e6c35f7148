import DataModel
import Diagnostics
import Foundation
import Testing

@testable import Expressions

/// Random expressions must have in CPython, in the kernels and in the interpreter the same value, or raise.
@Suite struct CPythonParityTests {
    private static let rowsPerCase = 6

    @Test func randomExpressionsAgreeWithCPython() throws {
        let environment = ProcessInfo.processInfo.environment
        let cases = environment["BEAMSTACK_PARITY_CASES"].flatMap { Int($0) } ?? 5000
        let seed = environment["BEAMSTACK_PARITY_SEED"].flatMap { UInt64($0) } ?? 20_261_123
        var random = RandomExpressions(generator: SeededGenerator(seed: seed))
        let rowSets = (0..<16).map { _ in (0..<Self.rowsPerCase).map { _ in random.row() } }
        var texts: [String] = []
        for _ in 0..<cases { texts.append(random.expression(Int(random.generator.next() % 4) + 1)) }
        guard let expected = try CPythonOracle.answers(to: texts, isCallable: false, rowSets) else {
            print("python3 is not on PATH: parity with CPython is not tested")
            return
        }
        let schema = RandomExpressions.schema
        let compiler = ExpressionCompiler(schema: schema)
        let batches = rowSets.map { rows in
            Batch(
                schema: schema,
                columns: schema.fields.indices.map { index in
                    Column(rows.map { $0[index] }, type: schema.fields[index].type)
                }, count: rows.count)
        }
        var (foreign, compared, failures) = (0, 0, 0)
        for (index, text) in texts.enumerated() {
            let batch = batches[index % batches.count]
            let compilation = compiler.compile(ExpressionSource(text, language: .python), toleratesFailures: true)
            guard case .native(let expression, _) = compilation else {
                if case .invalid(let problems) = compilation {
                    Issue.record("seed \(seed): \(text) is refused: \(problems.map(\.message))")
                }
                foreign += 1
                continue
            }
            let results = [expression.evaluate(batch), expression.interpret(batch)].map(CPythonOracle.encoded)
            rows: for row in 0..<batch.count {
                let wanted = expected[index][row]
                compared += 1
                for (way, result) in zip(["kernel", "interpreter"], results)
                where result[row] != wanted && result[row] != "E:limit" {
                    failures += 1
                    guard failures <= 20 else { break rows }
                    Issue.record(
                        """
                        seed \(seed), \(way): \(text)
                          row \(rowSets[index % rowSets.count][row].map(PythonRuntime.repr))
                          CPython \(wanted), here \(result[row])
                        """)
                    break rows
                }
            }
        }
        print(
            "parity: \(compared) values of \(cases - foreign) expressions agree, \(foreign) are foreign, seed \(seed)")
        #expect(failures == 0)
        #expect(foreign * 4 < cases, "most expressions must be native")
    }
}
