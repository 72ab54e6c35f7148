import DataModel
import Diagnostics
import Testing

@testable import Expressions

@Suite struct ExpressionCompilerTests {
    static let schema = Schema([
        Field("id", .int64), Field("price", .double), Field("name", .string), Field("flag", .boolean),
        Field("n", FieldType.int64.nullable), Field("tags", .list(.string)), Field("a b", .int64),
        Field("r", .row(Schema([Field("q", .int64), Field("s", .string)]))), Field("m", .map(.string, .int64)),
        Field("ts", .timestamp),
    ])

    static let batch = Batch(
        schema: schema,
        columns: [
            Column([.int(7), .int(-2)], type: .int64),
            Column([.double(2.5), .double(0)], type: .double),
            Column([.string("Anna Åb"), .string("")], type: .string),
            Column([.boolean(true), .boolean(false)], type: .boolean),
            Column([.int(3), .null], type: FieldType.int64.nullable),
            Column([.list([.string("x"), .string("yy")]), .list([])], type: .list(.string)),
            Column([.int(1), .int(2)], type: .int64),
            Column(
                [
                    .row(RowValue(["q": .int(5), "s": .string("in")])),
                    .row(RowValue(["q": .int(6), "s": .string("out")])),
                ], type: schema.fields[7].type),
            Column(
                [.map(MapValue([(.string("k"), .int(1))])), .map(MapValue())], type: schema.fields[8].type),
            Column([.timestamp(1_500_000), .timestamp(0)], type: .timestamp),
        ], count: 2)

    /// The results for both rows as `repr`, errors included, with the type in front.
    static func results(_ source: ExpressionSource, tolerates: Bool = false) -> [String] {
        switch ExpressionCompiler(schema: schema).compile(source, toleratesFailures: tolerates) {
        case .native(let expression, _):
            let result = expression.evaluate(batch)
            let interpreted = expression.interpret(batch)
            func shown(_ result: ExpressionResult) -> [String] {
                (0..<batch.count).map { row in
                    result.failures.first { $0.row == row }?.error.repr
                        ?? PythonRuntime.repr(result.column.value(at: row))
                }
            }
            #expect(shown(result) == shown(interpreted), "\(source.text)")
            return [expression.type.description] + shown(result)
        case .foreign(let reason, _): return ["foreign", reason.construct]
        case .invalid(let problems): return problems.map { "\($0.code.id): \($0.message)" }
        }
    }

    @Test(arguments: [
        ("id + 1", ["int64", "8", "-1"]),
        ("id / 2", ["double", "3.5", "-1.0"]),
        ("1 / id", ["double", "0.14285714285714285", "-0.5"]),
        ("id // 0", ["division-by-zero: the divisor is always zero"]),
        (
            "id // 0 if flag else id",
            ["any", "ZeroDivisionError('integer division or modulo by zero')", "-2"]
        ),
        ("price * id", ["double", "17.5", "-0.0"]),
        ("id / price", ["double", "2.8", "ZeroDivisionError('float division by zero')"]),
        ("name.upper()", ["string", "'ANNA ÅB'", "''"]),
        ("name + '!'", ["string", "'Anna Åb!'", "'!'"]),
        ("name + 1", ["type-mismatch: '+' does not go with string and int64"]),
        ("name > 5", ["type-mismatch: string and int64 have no order"]),
        ("n + 1", ["int64", "4", "TypeError(\"unsupported operand type(s) for +: 'NoneType' and 'int'\")"]),
        ("n is None", ["boolean", "False", "True"]),
        ("n if n is not None else 0", ["int64?", "3", "0"]),
        ("id if flag else name", ["any", "7", "''"]),
        ("a b", ["int64", "1", "2"]),
        ("len(name)", ["int64", "7", "0"]),
        ("name.split(' ')", ["list<string>", "['Anna', 'Åb']", "['']"]),
        ("[t.upper() for t in tags]", ["list<string>", "['X', 'YY']", "[]"]),
        ("{t: len(t) for t in tags}", ["map<string, int64>", "{'x': 1, 'yy': 2}", "{}"]),
        ("r.q + 1", ["int64", "6", "7"]),
        ("m.get('k', 0)", ["int64", "1", "0"]),
        ("m['k']", ["int64", "1", "KeyError('k')"]),
        ("f'{name}-{id:03d}'", ["string", "'Anna Åb-007'", "'--02'"]),
        ("beam.Row(a=id, b=name)", ["row<a: int64, b: string>", "Row(a=7, b='Anna Åb')", "Row(a=-2, b='')"]),
        ("sorted(tags, key=lambda t: -len(t))", ["list<string>", "['yy', 'x']", "[]"]),
        ("0 < id < 10", ["boolean", "True", "False"]),
        ("name and name[0]", ["string", "'A'", "''"]),
        ("name[0]", ["string", "'A'", "IndexError('string index out of range')"]),
        ("id in (1, 7)", ["boolean", "True", "False"]),
        ("any(t == 'x' for t in tags)", ["boolean", "True", "False"]),
        ("max(tags, key=len, default='-')", ["string", "'yy'", "'-'"]),
        ("str(id) + '/' + str(price)", ["string", "'7/2.5'", "'-2/0.0'"]),
        ("len(set(tags))", ["int64", "2", "0"]),
        ("' '.join(t for t in tags)", ["string", "'x yy'", "''"]),
        ("not n", ["boolean", "False", "True"]),
        ("ts + 1 > ts", ["boolean", "True", "True"]),
        ("pirce > 1", ["unknown-field: 'pirce' is not a field of the input"]),
        ("name.uper()", ["unknown-method: a value of type string has no method 'uper'"]),
        ("id && flag", ["expression-syntax: '&&' is not a Python operator"]),
        ("id = 3", ["expression-syntax: unexpected '='"]),
        ("(id", ["expression-syntax: '(' is never closed"]),
        ("'abc", ["expression-syntax: the string is never closed"]),
        ("id.upper()", ["unknown-method: a value of type int64 has no method 'upper'"]),
        ("numpy.array(id)", ["unknown-field: 'numpy' is not a field of the input"]),
        ("open(name)", ["foreign", "calls 'open', which only Python can run"]),
        ("id(3)", ["type-mismatch: 'id' is a field of type int64 and cannot be called"]),
        ("str((id, 1))", ["foreign", "makes the text of a tuple"]),
        ("null", ["unknown-name: 'null' is not defined"]),
    ])
    func python(text: String, expected: [String]) {
        #expect(Self.results(ExpressionSource(text, language: .python)) == expected)
    }

    @Test(arguments: [
        ("price >= 2.5", ["boolean", "True", "False"]),
        ("name == \"\"", ["boolean", "False", "True"]),
        ("price", ["double", "2.5", "0.0"]),
        ("\"abc\"", ["string", "'abc'", "'abc'"]),
        ("-3", ["int64", "-3", "-3"]),
        ("price * 2", ["generic-expression: 'price * 2' is more than a field, a literal or one comparison"]),
        ("not flag", ["generic-expression: 'not flag' is more than a field, a literal or one comparison"]),
    ])
    func generic(text: String, expected: [String]) {
        #expect(Self.results(ExpressionSource(text, language: .generic)) == expected)
    }

    @Test(arguments: [
        ("lambda row: row.id * 2", ["int64", "14", "-4"]),
        ("def f(row):\n    '''Doc.'''\n    return row.name.lower()", ["string", "'anna åb'", "''"]),
        (
            "def f(row):\n  if row.id > 0:\n    return 'pos'\n  elif row.id == 0:\n    return 'zero'\n  return 'neg'\n",
            ["string", "'pos'", "'neg'"]
        ),
        (
            "def f(row):\n  total = 0\n  for t in row.tags:\n    total += len(t)\n  return total",
            ["int64", "3", "0"]
        ),
        (
            "import re\nP = re.compile(r'(\\w+) (\\w+)')\ndef f(row):\n  m = P.match(row.name)\n  if m:\n    "
                + "return m.group(2)\n  return None",
            ["string?", "'Åb'", "None"]
        ),
        (
            "def f(row):\n  try:\n    return 10 // row.id + int(row.name)\n  except ValueError as e:\n    "
                + "return str(e)\n",
            [
                "any", "\"invalid literal for int() with base 10: 'Anna Åb'\"",
                "\"invalid literal for int() with base 10: ''\"",
            ]
        ),
        (
            "def f(row):\n  out = []\n  for i, t in enumerate(row.tags):\n    out.append(t * i)\n  return out",
            ["list<any>", "['', 'yy']", "[]"]
        ),
        (
            "def f(row):\n  d = {}\n  for t in row.tags:\n    d[t] = d.get(t, 0) + 1\n  return d",
            ["map<any, any>", "{'x': 1, 'yy': 1}", "{}"]
        ),
        (
            "def f(row):\n  if row.id < 0:\n    raise ValueError(f'bad {row.id}')\n  return row.id",
            ["int64", "7", "ValueError('bad -2')"]
        ),
        ("def g(x):\n  return x + 1\ndef f(row):\n  return g(row.id)", ["any", "8", "-1"]),
        ("def f(row) -> int:\n  return len(row.m)", ["int64", "1", "0"]),
        (
            "import numpy as np\ndef f(row):\n  return np.sum(row.tags)",
            ["foreign", "imports 'numpy', which only Python can run"]
        ),
        (
            "def f(row):\n  a = []\n  b = a\n  b.append(1)\n  return a",
            ["foreign", "may share a list or dict that it changes"]
        ),
        (
            "lambda row: beam.Row(**{'x': row.id}, y=row.name)",
            ["row<x: int64, y: string>", "Row(x=7, y='Anna Åb')", "Row(x=-2, y='')"]
        ),
        ("lambda row: beam.Row(**row._asdict()).price", ["double", "2.5", "0.0"]),
        ("lambda row: row.r", ["row<q: int64, s: string>", "Row(q=5, s='in')", "Row(q=6, s='out')"]),
        ("lambda row: row.pirce", ["unknown-field: 'pirce' is not a field of the input"]),
        ("lambda row: price", ["unknown-name: 'price' is not defined"]),
    ])
    func callables(text: String, expected: [String]) {
        #expect(Self.results(ExpressionSource(text, language: .python, form: .callable)) == expected)
    }

    @Test func toleratedFaultsRaiseForEachRow() {
        let source = ExpressionSource("Electronics", language: .python)
        #expect(
            Self.results(source, tolerates: true) == [
                "any", "NameError(\"name 'Electronics' is not defined\")",
                "NameError(\"name 'Electronics' is not defined\")",
            ])
    }

    @Test func outputTypeIsCheckedForEachRow() {
        let any = ExpressionSource("m.get('k')", language: .python, outputType: .int64)
        #expect(
            Self.results(any) == ["int64", "1", "TypeError(\"None violates schema {'type': 'integer'}\")"])
        let widened = ExpressionSource("id", language: .python, outputType: .double)
        #expect(Self.results(widened) == ["double", "7.0", "-2.0"])
        let wrong = ExpressionSource("id", language: .python, outputType: .string)
        #expect(Self.results(wrong) == ["output-type-mismatch: the expression has type int64, not string"])
    }
}
