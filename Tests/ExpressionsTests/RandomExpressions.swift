import DataModel

/// A seeded generator (SplitMix64), so that a failing case can be had again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Makes random Python expressions, mostly of fitting types, over the fields of `schema`.
struct RandomExpressions {
    enum Kind: CaseIterable { case int, double, string, boolean, list, texts, map }

    static let schema = Schema([
        Field("i", .int64), Field("j", .int64), Field("k", FieldType.int64.nullable), Field("x", .double),
        Field("y", FieldType.double.nullable), Field("s", .string), Field("t", .string),
        Field("u", FieldType.string.nullable), Field("b", .boolean), Field("l", .list(.int64)),
        Field("w", .list(.string)), Field("d", .map(.string, .int64)),
    ])

    var generator: SeededGenerator

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(generator.next() % UInt64(elements.count))]
    }

    mutating func chance(_ percent: UInt64) -> Bool { generator.next() % 100 < percent }

    // MARK: Rows

    static let integers: [Int64] = [
        0, 1, -1, 2, 3, 7, -7, 10, 100, 255, -128, 1 << 31, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1, .max, .min,
        .max - 1, .min + 1, 9_007_199_254_740_993, 3_037_000_500,
    ]
    static let doubles: [Double] = [
        0, -0.0, 1, -1, 0.5, 2.5, -2.5, 3.14159, 1e16, 1e-7, 1e300, -1e300, Double.leastNonzeroMagnitude, .infinity,
        -.infinity, .nan,
        9_007_199_254_740_992, 9.223372036854776e18, 0.1, 2.675, 100,
    ]
    static let strings = [
        "", "a", "Abc", "hello world", "  pad ", "12", "-3", "3.5", "ÄÖ straße", "naïve", "日本語", "a,b,,c", "x\ty\nz",
        "😀é", "ǅ", "ΑΣ", "zz top", "UPPER", "1e3", "nan", "true", "A B C", "a\u{301}",
    ]

    mutating func row() -> [Value] {
        func list(_ generator: inout RandomExpressions, _ make: (inout RandomExpressions) -> Value) -> Value {
            .list((0..<Int(generator.generator.next() % 4)).map { _ in make(&generator) })
        }
        return [
            .int(pick(Self.integers)), .int(pick(Self.integers)), chance(30) ? .null : .int(pick(Self.integers)),
            .double(pick(Self.doubles)), chance(30) ? .null : .double(pick(Self.doubles)),
            .string(pick(Self.strings)), .string(pick(Self.strings)), chance(30) ? .null : .string(pick(Self.strings)),
            .boolean(chance(50)), list(&self) { .int($0.pick(Self.integers)) },
            list(&self) { .string($0.pick(Self.strings)) },
            .map(
                MapValue(
                    (0..<Int(generator.next() % 3)).map { _ in (.string(pick(Self.strings)), .int(pick(Self.integers)))
                    })),
        ]
    }

    // MARK: Expressions

    mutating func expression(_ depth: Int) -> String {
        let kind = pick(Kind.allCases)
        return make(kind, depth)
    }

    private mutating func make(_ kind: Kind, _ depth: Int) -> String {
        // Now and then something of another type, to see the errors.
        let kind = chance(4) ? pick(Kind.allCases) : kind
        if depth <= 0 || chance(12) { return leaf(kind) }
        if chance(10) {
            return "(\(make(kind, depth - 1)) if \(make(.boolean, depth - 1)) else \(make(kind, depth - 1)))"
        }
        if chance(5) { return "(\(make(kind, depth - 1)) \(pick(["and", "or"])) \(make(kind, depth - 1)))" }
        return switch kind {
        case .int: int(depth - 1)
        case .double: double(depth - 1)
        case .string: string(depth - 1)
        case .boolean: boolean(depth - 1)
        case .list: list(depth - 1)
        case .texts: texts(depth - 1)
        case .map: map(depth - 1)
        }
    }

    private mutating func leaf(_ kind: Kind) -> String {
        switch kind {
        case .int:
            pick(["i", "j", "k", "(1)", "(0)", "(-3)", "(7)", "(2)", "(100)", "(9223372036854775807)", "len(s)"])
        case .double: pick(["x", "y", "0.5", "2.0", "-1.5", "1e10", "0.0"])
        case .string: pick(["s", "t", "u", "'a'", "''", "' '", "'Äb'", "\"it's\"", "','", "'12'"])
        case .boolean: pick(["b", "True", "False", "(k is None)", "(u is not None)", "(i > 0)", "(s == t)", "(x < 1)"])
        case .list: pick(["l", "[]", "[1, 2, 3]", "[i, j]"])
        case .texts: pick(["w", "['a', 'b']", "[s, t]", "s.split(' ')", "s.split(',')", "s.split()"])
        case .map: pick(["d", "{}", "{'a': 1}", "{s: i}"])
        }
    }

    private mutating func number(_ depth: Int) -> String { make(pick([.int, .int, .double, .boolean]), depth) }

    private mutating func int(_ depth: Int) -> String {
        switch generator.next() % 18 {
        case 0...6:
            "(\(make(.int, depth)) \(pick(["+", "-", "*", "//", "%", "+", "-"])) "
                + "\(make(pick([.int, .int, .boolean]), depth)))"
        case 7: "-\(make(.int, depth))"
        case 8: "(\(make(.int, depth)) \(pick(["&", "|", "^"])) \(make(.int, depth)))"
        case 9: "len(\(make(pick([.string, .list, .texts, .map]), depth)))"
        case 10: "int(\(make(pick([.double, .string, .int, .boolean]), depth)))"
        case 11: "abs(\(make(.int, depth)))"
        case 12: "\(make(.list, depth))[\(pick(["0", "-1", "1", "i"]))]"
        case 13: "\(pick(["sum", "max", "min"]))(\(make(.list, depth)))"
        case 14: "\(make(.map, depth)).get(\(make(.string, depth)), 0)"
        case 15: "\(make(.string, depth)).\(pick(["find", "count", "index"]))(\(make(.string, depth)))"
        case 16: "(\(make(.int, depth)) \(pick(["<<", ">>", "**"])) \(pick(["0", "1", "2", "3"])))"
        default: "round(\(make(.double, depth)))"
        }
    }

    private mutating func double(_ depth: Int) -> String {
        switch generator.next() % 9 {
        case 0...3:
            "(\(make(.double, depth)) \(pick(["+", "-", "*", "//", "%", "/"])) \(number(depth)))"
        case 4: "(\(make(.int, depth)) / \(make(.int, depth)))"
        case 5: "float(\(make(pick([.int, .string, .double]), depth)))"
        case 6: "round(\(make(.double, depth)), \(pick(["0", "1", "2", "-1"])))"
        case 7: "\(pick(["abs", "math.floor", "math.sqrt", "-"]))(\(number(depth)))"
        default: "(\(make(.double, depth)) ** \(pick(["2", "0.5", "-1", "3"])))"
        }
    }

    private mutating func string(_ depth: Int) -> String {
        switch generator.next() % 14 {
        case 0, 1: "(\(make(.string, depth)) + \(make(.string, depth)))"
        case 2, 3:
            "\(make(.string, depth))."
                + pick(["upper", "lower", "strip", "title", "capitalize", "swapcase", "lstrip", "casefold"]) + "()"
        case 4: "str(\(make(pick([.int, .double, .string, .boolean, .list, .map]), depth)))"
        case 5: "\(make(.string, depth))[\(pick(["0", "-1", "1", "i"]))]"
        case 6: "\(make(.string, depth))[\(pick(["1:", ":2", "-2:", "::-1", "::2", "i:j", "0:k"]))]"
        case 7: "\(make(.string, depth)).replace(\(make(.string, depth)), \(make(.string, depth)))"
        case 8: "\(make(.string, depth)).join(\(make(.texts, depth)))"
        case 9: "f\"{\(unquoted(.int, depth))}-{\(unquoted(.double, depth))}|{\(unquoted(.string, depth))!r}\""
        case 10: "f\"{\(unquoted(.int, 0)):05d} {x:.2f} {s:>6}\""
        case 11: "(\(make(.string, depth)) * \(pick(["0", "2", "-1", "3"])))"
        case 12: "('%s=%d' % (\(make(.string, depth)), \(make(.int, depth))))"
        default: "\(make(.string, depth)).\(pick(["zfill(6)", "center(9, '*')", "ljust(5)", "partition(',')[0]"]))"
        }
    }

    /// An expression that may stand inside a double-quoted f-string of Python 3.11.
    private mutating func unquoted(_ kind: Kind, _ depth: Int) -> String {
        let text = make(kind, min(depth, 1))
        return text.contains(where: { "\"{}\\!:".contains($0) }) ? "i" : text
    }

    private mutating func boolean(_ depth: Int) -> String {
        switch generator.next() % 13 {
        case 0...2: "(\(number(depth)) \(comparison()) \(number(depth)))"
        case 3: "(\(make(.string, depth)) \(comparison()) \(make(.string, depth)))"
        case 4: "(not \(make(pick(Kind.allCases), depth)))"
        case 5: "(\(make(.boolean, depth)) \(pick(["and", "or"])) \(make(.boolean, depth)))"
        case 6: "(\(make(.int, depth)) \(pick(["<", "<="])) \(leaf(.int)) \(pick(["<", ">=", "=="])) \(number(depth)))"
        case 7: "(\(make(.string, depth)) \(pick(["in", "not in"])) \(make(pick([.string, .texts, .map]), depth)))"
        case 8: "(\(number(depth)) in \(pick(["(1, 2, 3)", "{0, 1}", "[0.5, 7]", "l"])))"
        case 9: "\(make(.string, depth)).\(pick(["startswith", "endswith"]))(\(make(.string, depth)))"
        case 10: "\(make(.string, depth)).\(pick(["isdigit", "isalpha", "isupper", "isspace", "isalnum"]))()"
        case 11: "\(pick(["any", "all"]))(v \(comparison()) 1 for v in \(make(.list, depth)))"
        default: "(\(make(pick([.int, .string, .list, .double]), depth)) is \(pick(["", "not "]))None)"
        }
    }

    private mutating func comparison() -> String { pick(["<", "<=", ">", ">=", "==", "!="]) }

    private mutating func list(_ depth: Int) -> String {
        switch generator.next() % 8 {
        case 0: "[\(make(.int, depth)), \(make(.int, depth))]"
        case 1: "[v \(pick(["+", "*", "%"])) \(make(.int, 0)) for v in \(make(.list, depth))]"
        case 2: "[v for v in \(make(.list, depth)) if v > \(make(.int, 0))]"
        case 3: "sorted(\(make(.list, depth)), key=lambda v: -v)"
        case 4: "(\(make(.list, depth)) + \(make(.list, depth)))"
        case 5: "\(make(.list, depth))[\(pick(["1:", ":1", "::-1"]))]"
        case 6: "[len(v) for v in \(make(.texts, depth))]"
        default: "list(range(\(pick(["3", "0", "len(s)"]))))"
        }
    }

    private mutating func texts(_ depth: Int) -> String {
        switch generator.next() % 6 {
        case 0: "\(make(.string, depth)).split(\(pick(["' '", "','", "", "'a'", "'ab'", "'', 1"])))"
        case 1: "[\(make(.string, depth)), \(make(.string, depth))]"
        case 2: "[v.upper() for v in \(make(.texts, depth))]"
        case 3: "sorted(\(make(.texts, depth)))"
        case 4: "[v[0] for v in \(make(.texts, depth)) if v]"
        default: "list(map(str.strip, \(make(.texts, depth))))"
        }
    }

    private mutating func map(_ depth: Int) -> String {
        switch generator.next() % 3 {
        case 0: "{\(make(.string, depth)): \(make(.int, depth))}"
        case 1: "{v: len(v) for v in \(make(.texts, depth))}"
        default: "dict(a=\(make(.int, depth)), b=\(make(.string, depth)))"
        }
    }
}
