import DataModel
import Foundation

@testable import Expressions

/// Asks CPython in one process, and writes values so that type and value can be compared as texts.
enum CPythonOracle {
    struct OracleError: Error {
        let status: Int32
    }

    static func encoded(_ result: ExpressionResult) -> [String] {
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
        import sys, json, math, warnings, types, copy, resource
        # 's * 3037000500' must be a MemoryError, not the end of the machine.
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
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
                if data['callable']:
                    scope = {}
                    exec(compile(text, 'c', 'exec'), scope)
                    function = [v for k, v in scope.items() if callable(v) and k != '__builtins__'][-1]
                else:
                    code = compile('(' + text + ')', 'e', 'eval')
            except Exception as e:
                out.append(['X:' + repr(e)] * 64)
                continue
            line = []
            for row in sets[n % len(sets)]:
                try:
                    if data['callable']:
                        line.append(enc(function(copy.deepcopy(types.SimpleNamespace(**row)))))
                    else:
                        line.append(enc(eval(code, {'math': math, **row})))
                except Exception as e:
                    line.append('E:' + type(e).__name__)
            out.append(line)
        json.dump(out, sys.stdout)
        """

    /// What CPython makes of each text with the rows of its set, or `nil` where there is no python3.
    static func answers(
        to texts: [String], isCallable: Bool, _ rowSets: [[[Value]]]
    ) throws -> [[String]]? {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("parity-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let data: [String: Any] = [
            "names": RandomExpressions.schema.names, "texts": texts, "callable": isCallable,
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
        // 127 is how `env` says that there is no such program.
        if process.terminationStatus == 127 { return nil }
        guard process.terminationStatus == 0 else {
            throw OracleError(status: process.terminationStatus)
        }
        return try JSONSerialization.jsonObject(with: Data(contentsOf: output)) as? [[String]]
    }
}
