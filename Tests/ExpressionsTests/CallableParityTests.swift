import DataModel
import Diagnostics
import Foundation
import Testing

@testable import Expressions

/// Callables as people write them must give in CPython and here the same value, or raise the same.
@Suite struct CallableParityTests {
    private static let callables = [
        "def f(row):\n    x = row.i\n    y = row.j\n    if x > y:\n        x, y = y, x\n    return [x, y]",
        "def f(row):\n    total = 0\n    for v in row.l:\n        if v < 0:\n            continue\n"
            + "        total += v\n    else:\n        total += 1\n    return total",
        "def f(row):\n    for v in row.w:\n        if v == 'a':\n            break\n    else:\n"
            + "        return 'none'\n    return v",
        "def f(row):\n    n = 0\n    while n < 10:\n        n += 3\n        if n == 9:\n"
            + "            break\n    return n",
        "def f(row):\n    counts = {}\n    for w in row.w:\n        for c in w:\n"
            + "            counts[c] = counts.get(c, 0) + 1\n    return counts",
        "def f(row):\n    out = []\n    for i, w in enumerate(row.w):\n        out.append(f'{i}:{w}')\n"
            + "    out.sort()\n    return ','.join(out)",
        "def f(row):\n    try:\n        return int(row.s)\n    except ValueError:\n        return None",
        "def f(row):\n    try:\n        return row.i / row.j\n    except ZeroDivisionError as e:\n"
            + "        return str(e)\n    finally:\n        pass",
        "def f(row):\n    try:\n        x = row.l[0]\n    except (IndexError, KeyError):\n"
            + "        x = -1\n    else:\n        x = x // 2\n    return x",
        "def f(row):\n    if row.k is None:\n        raise ValueError('no k')\n    return row.k",
        "def f(row):\n    assert row.l, 'empty'\n    return row.l[-1]",
        "def f(row):\n    a, *rest = row.w\n    return rest",
        "def f(row):\n    (a, b), c = (row.i, row.j), row.s\n    return [c, b, a]",
        "def f(row):\n    d = dict(row.d)\n    d['new'] = row.i\n    d.pop('a', None)\n    return d",
        "def f(row):\n    d = {}\n    for w in row.w:\n        d.setdefault(len(w), 0)\n"
            + "        d[len(w)] += 1\n    return d",
        "def f(row):\n    m = {}\n    for w in row.w:\n        if w[:1] not in m:\n"
            + "            m[w[:1]] = []\n        m[w[:1]].append(w)\n    return m",
        "def g(x, y=2):\n    return x * y\n\ndef f(row):\n    return [g(v) for v in row.l] + [g(row.b, y=3)]",
        "def fact(n):\n    return 1 if n <= 1 else n * fact(n - 1)\n\ndef f(row):\n    return fact(len(row.s))",
        "import re\n\nPATTERN = re.compile(r'([a-z]+)\\s*([A-Z]*)', re.I)\n\ndef f(row):\n"
            + "    m = PATTERN.search(row.s)\n    if not m:\n        return None\n"
            + "    return [m.group(0), m.group(1), m.start(), m.end()]",
        "import re\n\ndef f(row):\n    return re.sub(r'\\d+', '#', row.s) + str(len(re.findall(r'[aeiou]', row.t)))",
        "from re import match\n\ndef f(row):\n    return bool(match('[A-Z]', row.s)) and row.i > 0",
        "import re\n\ndef f(row):\n    return [m.group(0).upper() for m in re.finditer('[a-z]+', row.s)]",
        "import math\n\ndef f(row):\n    r = 0.0\n    for v in row.l:\n        r += math.sqrt(abs(v))\n"
            + "    return round(r, 3)",
        "from math import floor, pi\n\ndef f(row):\n    return floor(pi * len(row.s))",
        "import json\n\ndef f(row):\n    return json.dumps({'s': row.s, 'l': row.l, 'n': row.k})",
        "import json\n\ndef f(row):\n    try:\n        return json.loads(row.s)\n"
            + "    except json.JSONDecodeError:\n        return 'bad'",
        "def f(row):\n    if row.b:\n        x = 1\n    return x",
        "def f(row):\n    name = row.u or 'nobody'\n    return name.title() + '!' * 2",
        "f = lambda row: sorted(row.w, key=lambda w: (len(w), w), reverse=True)",
        "f = lambda row: max(row.l, default=None, key=abs)",
        "f = lambda row: [list(p) for p in zip(row.l, row.w)]",
        "f = lambda row: {k: v for k, v in row.d.items() if v > 0}",
        "f = lambda row: next((w for w in row.w if w.isupper()), row.s)",
        "f = lambda row: isinstance(row.k, int) and not isinstance(row.k, (str, float))",
        "f = lambda row: ''.join(c for c in row.s if c.isalpha())",
        "f = lambda row: sum(len(w) for w in row.w) / len(row.w)",
        "f = lambda row: getattr(row, 's')[::-1]",
        "f = lambda row: list(filter(None, row.w)) + list(map(len, row.w))",
        "f = lambda row: 'a' in set(row.w) or len({v % 3 for v in row.l}) > 1",
        "f = lambda row: '%s: %5.2f%%' % (row.s, row.i)",
        "f = lambda row: '{:>8}|{name}'.format(row.i, name=row.t)",
        "f = lambda row: row.missing",
        "def f(row):\n    x = None\n    for v in row.l:\n        x = v if x is None else max(x, v)\n    return x",
        "def f(row):\n    out = ''\n    for c in row.s:\n        if c.isspace():\n            continue\n"
            + "        elif c.isdigit():\n            out += '9'\n        else:\n"
            + "            out += c.lower()\n    return out",
        "def f(row):\n    x = [1, 2]\n    x += row.l\n    x.extend(v * 2 for v in row.l[:1])\n"
            + "    x.insert(0, row.i)\n    x.reverse()\n    return x",
        "def f(row):\n    for i in range(3):\n        for j in range(3):\n            if i * j == 2:\n"
            + "                return [i, j]\n    return None",
        "def f(row):\n    try:\n        try:\n            return row.l[5]\n        finally:\n"
            + "            y = 1\n    except IndexError:\n        return 'out'",
        "def f(row):\n    try:\n        raise KeyError('x')\n    except LookupError as e:\n        return str(e)",
        "def f(row):\n    def inner(v):\n        return v + 1\n    return inner(len(row.s))",
        "THRESHOLDS = [(10, 'low'), (1000, 'mid')]\n\ndef f(row):\n    for limit, label in THRESHOLDS:\n"
            + "        if row.i < limit:\n            return label\n    return 'high'",
        "NAMES = {'a': 1, 'Abc': 2}\n\ndef f(row):\n    return NAMES.get(row.s, 0) + NAMES['a']",
    ]

    @Test func callablesAgreeWithCPython() throws {
        var random = RandomExpressions(generator: SeededGenerator(seed: 3))
        let rowSets = [(0..<60).map { _ in random.row() }]
        guard let expected = try CPythonOracle.answers(to: Self.callables, isCallable: true, rowSets) else {
            print("python3 is not on PATH: callables are not compared with CPython")
            return
        }
        let schema = RandomExpressions.schema
        let rows = rowSets[0]
        let batch = Batch(
            schema: schema,
            columns: schema.fields.indices.map { index in
                Column(rows.map { $0[index] }, type: schema.fields[index].type)
            }, count: rows.count)
        for (index, text) in Self.callables.enumerated() {
            let source = ExpressionSource(text, language: .python, form: .callable)
            let compilation = ExpressionCompiler(schema: schema).compile(source, toleratesFailures: true)
            guard case .native(let expression, _) = compilation else {
                Issue.record("not native: \(text)\n\(compilation)")
                continue
            }
            for result in [expression.evaluate(batch), expression.interpret(batch)].map(CPythonOracle.encoded) {
                for row in 0..<batch.count where result[row] != expected[index][row] && result[row] != "E:limit" {
                    Issue.record(
                        """
                        \(text)
                          row \(rows[row].map(PythonRuntime.repr)), type \(expression.type)
                          CPython \(expected[index][row]), here \(result[row])
                        """)
                    break
                }
            }
        }
    }

    /// Python we cannot run must be seen as such, never run with another meaning.
    @Test(arguments: [
        "class A: pass\ndef f(row): return 1",
        "def f(row):\n    a = []\n    b = [a]\n    a.append(1)\n    return b",
        "def f(row):\n    with open(row.s) as g:\n        return g.read()",
        "def f(row):\n    row.l.append(1)\n    return row.l",
        "def f(row):\n    x = row.l\n    x.append(1)\n    return row.l",
        "def f(row):\n    xs = [1, 2, 3]\n    for x in xs:\n        xs.remove(x)\n    return xs",
        "def f(row):\n    g = (v for v in row.l)\n    return sum(g) + sum(g)",
        "def f(row):\n    yield row.i",
        "def f(row):\n    return str((row.i, row.j))",
        "def f(row):\n    return {row.i, row.j}",
        "def f(row):\n    global z\n    return 1",
        "def f(row):\n    x = 1\n    def g():\n        return x\n    return g()",
        "def f(row):\n    return type(row.i).__name__",
        "import numpy\ndef f(row):\n    return numpy.mean(row.l)",
        "def f(row):\n    return {(row.i, row.j): 1}",
        "def f(row):\n    return row.i is row.j",
        "f = lambda row: [row.i] == (row.i,)",
        "f = lambda row: (x := row.i)",
        "f = lambda row: 1j * row.i",
        "f = lambda row: (lambda v: v)(row.i)",
    ])
    func otherPythonIsForeign(text: String) {
        let source = ExpressionSource(text, language: .python, form: .callable)
        guard case .foreign = ExpressionCompiler(schema: RandomExpressions.schema).compile(source) else {
            Issue.record("not foreign: \(text)")
            return
        }
    }
}
