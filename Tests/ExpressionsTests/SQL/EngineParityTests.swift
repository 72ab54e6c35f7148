import DataModel
import Foundation
import Testing

@testable import Expressions

/// Translated expressions must have on the engines the values that they have here, and fail where they fail here.
@Suite(.serialized) struct EngineParityTests {
    /// What every use of a construct looks like; the random ones combine them.
    static let written = [
        "i", "k", "x", "y", "s", "u", "b", "l", "w", "d", "1", "-9223372036854775808", "'it\\'s \\\\ ${env:HOME}\\n'",
        "2.5", "1e300", "5e-324", "float('nan')", "None", "True", "[1, 2]", "['a', 'b']", "{'a': 1}",
        // Comparisons.
        "i < j", "i >= 3", "x < 1", "x >= 1.5", "x == 0", "not x > 1", "not (x <= 2.5)", "x != x", "x == x", "x <= x",
        "x >= 5 or x < 5", "i < x", "i == x", "x > i", "i != x", "i >= 2.5", "i < 2.5", "i == 2.5", "i == 100.0",
        "s < t", "s >= t", "s == t", "s == 'abc'", "s > 'a'", "b == True", "b != (i > 0)", "b < (i > 0)", "b == i",
        "k == 5", "k != 5", "k == i", "u == 'a'", "u != t", "u == None", "u != None", "y == 0.5", "y != y", "y == x",
        "k == y", "k is None", "u is not None", "b is True", "b is not False", "k > 5", "u < 'b'", "y >= 0",
        "k < i", "0 <= i < 10", "i < j <= 100", "1 < k < 9", "0 < x <= 1", "k is not None and k > 5",
        "k is None or k > 5", "u is not None and u > 'a'", "not (k is None) and k % 2 == 0", "y is not None and y < x",
        "i in (1, 2, 3)", "i not in (7, -7)", "k in (1, 2, None)", "u in ('a', 'Abc', '')", "u not in ('a',)",
        "s in ['a', 'Abc', 'hello world', 'it\\'s']", "x in (0.5, 7)", "i in (0.5, 7)", "s in t", "'a' in s", "'' in s",
        "i in l", "s in w", "s in d", "'a' in d", "s not in w", "u in ('x', None)",
        // Logic.
        "b and i > 0", "b or s == ''", "not b", "not s", "not l", "not i", "not x", "not u", "not k", "bool(y)",
        "i and j", "s or t", "u or 'none'", "k or 0", "u and s", "x or 1.5", "b and True and i > 0", "bool(s) or b",
        "s and u", "(u or s) + '!'", "y or 0.0", "not y", "bool(d)", "bool(w) and b",
        "1 if b else 0", "s if i > 0 else u", "k if k is not None else 0", "k * 2 if k else -1", "'a' if b else 'abc'",
        "u.upper() if u else ''", "y if y is not None and y > 0 else 0.0",
        "'big' if i > 100 else 'mid' if i > 0 else s",
        "None if b else i", "x if b else None", "k + 1 if k is not None and k < 100 else i",
        "(i > 0) if b else (j > 0)",
        // Arithmetic.
        "i + j", "i - j", "i * j", "i / j", "i // j", "i % j", "-i", "+i", "abs(i)", "i / 2", "i // 2", "i % 2",
        "i % -3",
        "i // -3", "7 // i", "7 % i", "i * 100 // 3", "i + 1", "i - 1", "1 - i", "(i + 1) * 2", "i - (j - 1)", "i / 7",
        "x + y", "x - 1", "x * 2", "x / 2", "x / y", "x // 2", "x % 2", "-x", "abs(x)", "x + 0", "x + i", "i * x",
        "x % y",
        "i * 0.1", "i / 0.5", "x // y", "k + 1", "y * 2", "b + 1", "b + b", "i + b", "i & 255", "i | 1", "i ^ j",
        "b & (i > 0)",
        "b ^ (i > 0)", "i << 2", "i >> 3", "i ** 2", "i ** 3", "x ** 2", "i / j > 0.5", "i // 10 % 10", "100 - x",
        "round(x)", "round(x, 2)", "round(x, 0)", "round(x * 100) / 100", "round(y, 1)", "int(x)", "int(y)", "float(i)",
        "float(b)", "int(b)", "int(s)", "float(s)", "int(u)", "min(i, j)", "max(i, j)", "max(i, j, 0)", "min(x, 1.5)",
        "max(x, y)", "min(s, t)", "max(i, 0)", "min(k, 3)", "math.floor(x)", "math.ceil(x)", "math.sqrt(x)",
        "math.sqrt(i)",
        // Texts.
        "s + t", "s + 'x'", "s + u", "s + '-' + t", "'<' + s + '>'", "s * 2", "s * -1", "s * i", "s.upper()",
        "s.lower()",
        "u.upper()", "s.strip()", "s.lstrip()", "s.rstrip()", "s.strip('a ')", "s.strip(t)", "s.lstrip(' p')",
        "s.rstrip('d')",
        "s.replace('a', 'bb')", "s.replace(' ', '')", "s.replace('', '-')", "s.replace(t, 'q')", "s.startswith('a')",
        "s.startswith(t)", "s.endswith('d')", "s.endswith('')", "s.find('a')", "s.find(t)", "s.find('')",
        "s.count('a')",
        "s.count('')", "s.split(',')", "s.split('.')", "s.split(' ')", "s.split()", "s.split('ab')", "s.split(t)",
        "s.split('é')", "s.split('|')", "s.split('\\\\')", "'-'.join(w)", "s.join(w)", "','.join(s.split(' '))",
        "len(s)",
        "len(u)", "len(l)", "len(d)", "len(w)", "len(s) > 3", "s[0]", "s[-1]", "s[2]", "s[i]", "s[1:]", "s[:2]",
        "s[-2:]",
        "s[:-1]", "s[1:3]", "s[1:-1]", "s[::-1]", "s[i:j]", "s[::2]", "s[3:1]", "s[-3:-1]", "u[0]", "u[1:]",
        "str(i)", "str(b)", "str(x)", "str(k)", "str(y)", "str(u)", "str(s)", "f'{s}-{i}'", "f'{x}'", "f'{u}|{k}|{b}'",
        "f''",
        "f'{s}'", "f'lit'", "f'{x:.2f}'", "f'{y:.0f}'", "s.upper().strip()", "s.lower() == t.lower()", "'a' + str(i)",
        "s.title()", "s.isdigit()", "'%s' % s",
        // Lists, dicts, rows.
        "l[0]", "l[-1]", "l[i]", "w[0]", "w[1]", "w[-2]", "d['a']", "d[s]", "d.get('a')", "d.get('a', 0)",
        "d.get(s, i)",
        "[i, j]", "[s, 'x']", "[k, 1]", "[x, 0.5]", "{'a': i}", "{'a': i, 'b': j}", "{s: i}", "[]", "{}",
        "w[0].upper()",
        "d.get('a') is None", "s.split(',')[0]", "s.split(',')[-1]", "beam.Row(a=i, b=s)", "beam.Row(a=i, b=s).b",
        "l[:1]",
    ]

    static let callables = [
        "lambda row: row.i + row.j", "lambda r: r.s.upper() if r.u is None else r.u",
        "def f(row):\n  return row.x * 2",
        "def f(row):\n  if row.k is None:\n    return 'none'\n  if row.k > 3:\n    return 'many'\n  return 'few'",
        "def f(row):\n  if row.b:\n    return row.i\n  elif row.k:\n    return row.k\n  else:\n    return 0",
        "def f(row):\n  if row.k is not None and row.k > 0:\n    return row.s",
        "def f(row):\n  total = row.i + 1\n  return total",
    ]

    private struct Case {
        let expression: CompiledExpression
        let sql: SQLText
        /// What comes out of each row here; `nil` for a failure.
        let expected: [String?]
    }

    @Test func flinkAgrees() throws { try agree(.flink) }

    @Test func sparkAgrees() throws { try agree(.spark) }

    /// What depends on single numbers or characters, over many of them.
    @Test(arguments: SQLDialect.allCases) func numbersAndLettersAgree(_ dialect: SQLDialect) throws {
        var generator = SeededGenerator(seed: 7)
        // Every character, apart so that none changes what the next one becomes.
        let letters = stride(from: 0x20, to: 0x11_0000, by: 256).map { start in
            String(
                String.UnicodeScalarView(
                    (start..<start + 256).compactMap(Unicode.Scalar.init).filter { isOld($0, dialect) }
                        .flatMap { [$0, "-"] }))
        }.filter { !$0.isEmpty }
        var random = RandomExpressions(generator: generator)
        let rows = letters.map { text -> [Value] in
            var row = random.row()
            let bits = Double(bitPattern: generator.next())
            let scaled =
                (Double(generator.next() % 1_000_000) / 1000 - 500) * [1, 1e3, 1e6, 1e-3][Int(generator.next() % 4)]
            row[0] = .int(Int64(bitPattern: generator.next()) >> Int64(generator.next() % 60))
            row[1] = .int(Int64(bitPattern: generator.next()) >> Int64(generator.next() % 60) | 1)
            row[3] = .double(bits.isNaN ? 0.1 : bits)
            row[4] = .double(generator.next() % 4 == 0 ? (scaled * 8).rounded() / 8 : scaled)
            row[5] = .string(text)
            return row
        }
        let texts = [
            "s.upper()", "s.lower()", "s.strip()", "s.split()", "len(s)", "str(x)", "str(y)", "round(y)", "round(y, 2)",
            "round(y, 1)", "round(x, 3)", "f'{y:.2f}'", "f'{y:.0f}'", "f'{y:.3f}'", "i / j", "i // j", "i % j",
            "y // 0.3",
            "y % 0.7", "i < y", "i == y", "x * y", "float(str(x))", "int(str(i))", "y * 100 / 3",
        ]
        try agree(dialect, rows, texts.map { ExpressionSource($0, language: .python) }, "numbers and letters")
    }

    /// Java 17 knows Unicode 13.
    private func isOld(_ scalar: Unicode.Scalar, _ dialect: SQLDialect) -> Bool {
        let forms = [scalar.properties.uppercaseMapping, scalar.properties.lowercaseMapping, String(scalar)]
        return forms.flatMap(\.unicodeScalars).allSatisfy { form in
            guard let age = form.properties.age else { return false }
            return dialect == .spark || age.major <= 13
        }
    }

    private func agree(_ dialect: SQLDialect) throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["BEAMSTACK_PARITY_CASES"].flatMap { Int($0) } ?? 300
        let seed = environment["BEAMSTACK_PARITY_SEED"].flatMap { UInt64($0) } ?? 20_261_123
        var random = RandomExpressions(generator: SeededGenerator(seed: seed))
        let rows = (0..<40).map { _ in random.row() }
        var sources = Self.written.map { ExpressionSource($0, language: .python) }
        sources += Self.callables.map { ExpressionSource($0, language: .python, form: .callable) }
        for _ in 0..<count {
            sources.append(ExpressionSource(random.expression(Int(random.generator.next() % 3) + 1), language: .python))
        }
        try agree(dialect, rows, sources, "seed \(seed)")
    }

    private func agree(
        _ dialect: SQLDialect, _ rows: [[Value]], _ sources: [ExpressionSource], _ label: String
    ) throws {
        guard let engine = try EngineHarness(dialect) else {
            print("\(dialect.title) is not tested: the engine is not installed")
            return
        }
        defer { engine.remove() }
        let schema = RandomExpressions.schema
        let batch = Batch(
            schema: schema,
            columns: schema.fields.indices.map { index in
                Column(rows.map { $0[index] }, type: schema.fields[index].type)
            }, count: rows.count)
        var cases: [Case] = []
        var refused: [String: Int] = [:]
        for source in sources {
            guard case .native(let expression, _) = ExpressionCompiler(schema: schema).compile(source) else { continue }
            switch expression.sql(dialect, field: { dialect.quoted(schema.names[$0]) }) {
            case .failure(let obstacle):
                refused[obstacle.reason, default: 0] += 1
                if ProcessInfo.processInfo.environment["BEAMSTACK_PARITY_LIST"] != nil {
                    print("refused: \(source.text): \(obstacle.reason)")
                }
            case .success(let sql):
                let result = expression.evaluate(batch)
                var expected: [String?] = (0..<rows.count).map { EngineHarness.encoded(result.column.value(at: $0)) }
                for failure in result.failures { expected[failure.row] = nil }
                cases.append(Case(expression: expression, sql: sql, expected: expected))
            }
        }
        let differing = try valuesDiffer(cases, rows, engine) + failuresDiffer(cases, rows, engine)
        for text in differing.prefix(40) { Issue.record("\(label), \(dialect.title): \(text)") }
        print("\(dialect.title): \(cases.count) expressions agree but for \(differing.count), \(label)")
        let refusals = refused.sorted { $0.value > $1.value }.prefix(12).map { "\($0.value) \($0.key)" }
        print("refused: \(refused.values.reduce(0, +)): \(refusals.joined(separator: "; "))")
    }

    /// Many expressions in one query, each for the rows on which it does not fail here.
    private func valuesDiffer(_ cases: [Case], _ rows: [[Value]], _ engine: EngineHarness) throws -> [String] {
        var groups = stride(from: 0, to: cases.count, by: 40).map { Array(cases[$0..<min($0 + 40, cases.count)]) }
        var problems: [String] = []
        // A query that fails is asked again, each of its expressions by itself.
        while !groups.isEmpty {
            let queries = groups.enumerated().map { number, group in
                let columns = group.enumerated().map { column, item -> String in
                    let good = item.expected.indices.filter { item.expected[$0] != nil }
                    if good.count == rows.count { return "\(item.sql.text) AS c\(column)" }
                    if good.isEmpty {
                        return "0L AS c\(column)".replacingOccurrences(of: "0L", with: "CAST(0 AS BIGINT)")
                    }
                    let list = good.map(String.init).joined(separator: ", ")
                    return "CASE WHEN id IN (\(list)) THEN \(item.sql.text) END AS c\(column)"
                }
                return "SELECT id, \(columns.joined(separator: ", ")) FROM \(number % 2 == 0 ? "t" : "n")"
            }
            var again: [[Case]] = []
            for (group, answer) in zip(groups, try engine.answers(to: queries, over: rows)) {
                switch answer {
                case .error(let message):
                    if group.count > 1 {
                        again += group.map { [$0] }
                    } else {
                        problems.append("\(group[0].expression.text)\n  \(group[0].sql.text)\n  \(message.prefix(400))")
                    }
                case .rows(let found):
                    for (column, item) in group.enumerated() {
                        for row in rows.indices {
                            guard let expected = item.expected[row] else { continue }
                            let actual = found[row].map { $0[column] } ?? "no row"
                            guard actual != expected, !isAnnounced(item.sql, expected, actual) else { continue }
                            problems.append(
                                "\(item.expression.text)\n  \(item.sql.text)\n  row "
                                    + "\(item.expression.fields.map { PythonRuntime.repr(rows[row][$0]) })"
                                    + "\n  here \(expected), there \(actual)")
                            break
                        }
                    }
                }
            }
            groups = again
        }
        return problems
    }

    /// Whether the difference is one that the text names.
    private func isAnnounced(_ sql: SQLText, _ here: String, _ there: String) -> Bool {
        if sql.differences.contains(where: { $0.contains("17 digits") }) { return here.utf8.count == there.utf8.count }
        guard sql.differences.contains(where: { $0.contains("last digit") }), here.hasPrefix("F:"),
            let a = UInt64(here.dropFirst(2), radix: 16), let b = UInt64(there.dropFirst(2), radix: 16)
        else { return false }
        return (a > b ? a - b : b - a) <= 2
    }

    /// One row that fails here at a time.
    private func failuresDiffer(_ cases: [Case], _ rows: [[Value]], _ engine: EngineHarness) throws -> [String] {
        let failing = cases.compactMap { item -> (Case, Int)? in
            item.expected.firstIndex { $0 == nil }.map { (item, $0) }
        }
        let limit = ProcessInfo.processInfo.environment["BEAMSTACK_PARITY_FAILURES"].flatMap { Int($0) } ?? 30
        let asked = Array(failing.prefix(limit))
        let queries = asked.map { "SELECT id, \($0.sql.text) AS c FROM t WHERE id = \($1)" }
        return zip(asked, try engine.answers(to: queries, over: rows)).compactMap { item, answer in
            guard case .rows(let found) = answer else { return nil }
            return "\(item.0.expression.text)\n  \(item.0.sql.text)\n  row "
                + "\(item.0.expression.fields.map { PythonRuntime.repr(rows[item.1][$0]) })"
                + "\n  fails here, there \(found[item.1] ?? [])"
        }
    }
}
