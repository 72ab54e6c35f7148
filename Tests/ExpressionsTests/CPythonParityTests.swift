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
        guard let expected = try Self.askPython(texts, rowSets) else {
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
            let results = [expression.evaluate(batch), expression.interpret(batch)].map(Self.encoded)
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
        print("parity: \(compared) values of \(cases - foreign) expressions agree, \(foreign) are foreign, seed \(seed)")
        #expect(failures == 0)
        #expect(foreign * 4 < cases, "most expressions must be native")
    }

    private static func encoded(_ result: ExpressionResult) -> [String] {
        var texts = (0..<result.column.count).map { encoded(result.column.value(at: $0)) }
        for failure in result.failures {
            // Where CPython has integers without limit and complex numbers we raise: that is no difference in meaning.
            let isLimit =
                failure.error == .integerTooLarge || failure.error == .memory
                || failure.error.message.contains("complex")
            texts[failure.row] = isLimit ? "E:limit" : "E:\(failure.error.type)"
        }
        return texts
    }

    private static func encoded(_ value: Value) -> String {
        switch value {
        case .null: "N"
        case .boolean(let flag): "B:\(flag)"
        case .int(let number): "I:\(number)"
        case .double(let number): "F:\(DoubleFormatting.description(number))"
        case .string(let text): "S:" + text.unicodeScalars.map { String($0.value) }.joined(separator: " ")
        case .list(let elements): "L[" + elements.map(encoded).joined(separator: ",") + "]"
        case .map(let map):
            "D{" + map.entries.map { encoded($0.key) + "=" + encoded($0.value) }.joined(separator: ",") + "}"
        default: "?"
        }
    }

    private static let script = """
        import sys, json, math, warnings
        warnings.simplefilter('ignore')
        nan, inf = float('nan'), float('inf')
        def enc(v):
            if v is None: return 'N'
            if isinstance(v, bool): return 'B:' + str(v).lower()
            if isinstance(v, int):
                return 'I:%d' % v if -2**63 <= v < 2**63 else 'E:limit'
            if isinstance(v, float): return 'F:' + repr(v)
            if isinstance(v, str): return 'S:' + ' '.join(str(ord(c)) for c in v)
            if isinstance(v, (list, tuple)): return 'L[' + ','.join(map(enc, v)) + ']'
            if isinstance(v, dict): return 'D{' + ','.join(enc(k) + '=' + enc(x) for k, x in v.items()) + '}'
            return '?'
        data = json.load(open(sys.argv[1]))
        names = data['names']
        sets = [[dict(zip(names, eval(r))) for r in rows] for rows in data['rows']]
        out = []
        for n, text in enumerate(data['texts']):
            try:
                code = compile('(' + text + ')', 'e', 'eval')
            except Exception as e:
                out.append(['X:' + repr(e)] * 64)
                continue
            line = []
            for row in sets[n % len(sets)]:
                try:
                    line.append(enc(eval(code, {'math': math, **row})))
                except Exception as e:
                    line.append('E:' + type(e).__name__)
            out.append(line)
        json.dump(out, sys.stdout)
        """

    private static func askPython(_ texts: [String], _ rowSets: [[[Value]]]) throws -> [[String]]? {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("parity-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let data: [String: Any] = [
            "names": RandomExpressions.schema.names, "texts": texts,
            "rows": rowSets.map { $0.map { PythonRuntime.repr(.list($0)) } },
        ]
        let input = folder.appendingPathComponent("cases.json")
        let output = folder.appendingPathComponent("results.json")
        let script = folder.appendingPathComponent("evaluate.py")
        try JSONSerialization.data(withJSONObject: data).write(to: input)
        try Self.script.write(to: script, atomically: true, encoding: .utf8)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path, input.path]
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return try JSONSerialization.jsonObject(with: Data(contentsOf: output)) as? [[String]]
    }
}
