import DataModel

@testable import Expressions

/// Random calls with a bias towards edges; the same seed gives the same calls.
struct RuntimeCaseGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func random(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(max(1, bound)))
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element { choices[random(choices.count)] }

    mutating func next() -> RuntimeCase {
        switch random(14) {
        case 0, 1: return binary(pick(PythonRuntime.BinaryOperator.allCases), value(), value())
        case 2:
            return binary(
                pick([.add, .subtract, .multiply, .divide, .floorDivide, .modulo, .power]), number(), number())
        case 3:
            let operators: [PythonRuntime.Comparison] = [
                .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contains, .notContains,
            ]
            let (left, right) = (value(), value())
            let mixes = RuntimeCaseGenerator.isDuration(left) != RuntimeCaseGenerator.isDuration(right)
            return .compare(mixes ? .equal : pick(operators), left, mixes ? .null : right)
        case 4, 5, 6: return stringMethod()
        case 7: return function()
        case 8: return .format(pick([number(), number(), .string(text()), value()]), formatSpec())
        case 9: return .percent(percentFormat(), [value(), number()])
        case 10: return .subscripted(value(), pick([.int(Int64(random(9)) - 4), .string("a"), value()]))
        case 11: return .sliced(pick([.string(text()), list(), .bytes([1, 2, 3])]), bound(), bound(), bound())
        case 12: return math()
        default: return pick([regex(), regex(), datetime(), template()])
        }
    }

    /// CPython would compute powers, shifts and repetitions of any size: large right sides are made small.
    private mutating func binary(_ op: PythonRuntime.BinaryOperator, _ left: Value, _ right: Value) -> RuntimeCase {
        func small(_ value: Value) -> Value {
            if case .int(let number) = value { .int(number % 70) } else { value }
        }
        // Beam's Duration does arithmetic with numbers, Python's timedelta does not; bytes have no `%` here.
        if case .bytes = left, op == .modulo { return .binary(.add, left, right) }
        // A list means a tuple there.
        if case .list = right, op == .modulo { return .binary(.add, left, right) }
        if RuntimeCaseGenerator.isDuration(left) != RuntimeCaseGenerator.isDuration(right) {
            return .binary(.multiply, small(left), small(right))
        }
        return switch op {
        case .power, .leftShift: .binary(op, left, small(right))
        case .multiply:
            if PythonRuntime.real(left) == nil || PythonRuntime.real(right) == nil {
                .binary(op, small(left), small(right))
            } else {
                .binary(op, left, right)
            }
        default: .binary(op, left, right)
        }
    }

    private mutating func integer() -> Int64 {
        switch random(4) {
        case 0: Int64(random(7)) - 3
        case 1: pick([.max, .min, .max - 1, 1 << 53, -(1 << 53) - 1, 1 << 32, 255, 256, 100])
        case 2: Int64(random(2001)) - 1000
        default: Int64(bitPattern: UInt64(random(.max))) >> Int64(random(60))
        }
    }

    private mutating func double() -> Double {
        switch random(5) {
        case 0:
            pick([
                0, -0.0, .nan, .infinity, -.infinity, 1e16, 1e-5, 1e308, .leastNonzeroMagnitude, 2.5, 0.5, 1.5, 2.675,
                1e22, 123456789.125,
            ])
        case 1: Double(random(20001) - 10000) / 100
        case 2: Double(random(2001) - 1000)
        case 3: Double(random(1 << 53)) / Double(1 + random(1 << 30)) * pick([1, -1, 1e-300, 1e200, 1e-8])
        default: Double(random(21) - 10) / 4
        }
    }

    private mutating func number() -> Value {
        switch random(8) {
        case 0: .boolean(random(2) == 0)
        case 1, 2, 3: .double(double())
        default: .int(integer())
        }
    }

    private mutating func text() -> String {
        let words = [
            "", "a", "abc", "aXbX", "Hello World", "  pad ", "12", "-7", "1_000", "ß", "ΑΣ", "éa\u{301}", "😀x",
            "a,b,,c",
            "x\ny\r\nz", "\t\u{A0}q\u{2003}", "3.5", "1e5", "nan", "ǆ", "ŉ", "İI", "٣", "²", "Ⅷ", "aa", "aaa",
            "tEsT iNg",
            "'\"", "\u{1F}\u{85}", "ﬁ", "ﾊ", "0x1F", "+3", "a b c d", "𝒳", "\u{200B}", "A1_", "class", "%", "{}",
            "ñandú",
        ]
        switch random(5) {
        case 0: return pick(words) + pick(words)
        case 1:
            let scalars: [Unicode.Scalar] = ["a", "b", "A", " ", "1", ",", "é", "Σ", "\n", "\t", "_", "😀", "ǅ", "."]
            return (0..<random(8)).reduce(into: "") { text, _ in text.unicodeScalars.append(pick(scalars)) }
        default: return pick(words)
        }
    }

    private mutating func list() -> Value { .list((0..<random(5)).map { _ in scalar() }) }

    private mutating func scalar() -> Value {
        switch random(7) {
        case 0: .null
        case 1: .string(text())
        case 2: .string(text())
        default: number()
        }
    }

    private mutating func value() -> Value {
        switch random(14) {
        case 0: list()
        case 1: .map(MapValue((0..<random(3)).map { _ in (scalar(), scalar()) }))
        case 2: .bytes(pick([[], [97], [0, 255, 39], [0xC3, 0xA9]]))
        case 3: moment()
        default: scalar()
        }
    }

    private mutating func moment() -> Value {
        switch random(3) {
        case 0: .date(random(30000) - 5000)
        case 1:
            .datetime(
                DateTimeValue(
                    localMicroseconds: Int64(random(4_000_000_000)) * pick([1_000_000, 1_000_001, -1]),
                    offsetSeconds: pick([nil, nil, 0, 3600, -19800])))
        default: .duration(Int64(random(1 << 40)) * pick([1, -1, 1000]))
        }
    }

    private static func isDuration(_ value: Value) -> Bool {
        if case .duration = value { true } else { false }
    }

    private mutating func bound() -> Value {
        pick([.null, .null, .int(Int64(random(13)) - 6), .int(Int64(random(13)) - 6), .int(pick([.max, .min]))])
    }

    private mutating func stringMethod() -> RuntimeCase {
        let receiver = Value.string(text())
        let plain = [
            "upper", "lower", "casefold", "title", "capitalize", "swapcase", "isalpha", "isdigit", "isalnum",
            "isnumeric",
            "isdecimal", "isspace", "isupper", "islower", "istitle", "isidentifier", "isascii", "isprintable", "strip",
            "lstrip", "rstrip", "split", "rsplit", "splitlines", "encode", "expandtabs",
        ]
        func argument(_ self: inout RuntimeCaseGenerator) -> Value {
            self.random(12) == 0 ? self.value() : .string(self.pick([self.text(), "a", "X", " ", ",", "b", "aa", ""]))
        }
        switch random(10) {
        case 0, 1, 2, 3: return .method(receiver, pick(plain), [])
        case 4:
            let names = ["strip", "lstrip", "rstrip", "partition", "rpartition", "removeprefix", "removesuffix"]
            return .method(receiver, pick(names), [argument(&self)])
        case 5:
            return .method(
                receiver, pick(["split", "rsplit"]), [pick([.null, argument(&self)]), .int(Int64(random(5)) - 1)])
        case 6:
            let names = ["find", "rfind", "index", "rindex", "count", "startswith", "endswith"]
            return .method(receiver, pick(names), [argument(&self)] + (0..<random(3)).map { _ in bound() })
        case 7:
            return .method(
                receiver, "replace",
                [argument(&self), argument(&self)] + (0..<random(2)).map { _ in .int(Int64(random(4)) - 1) })
        case 8:
            let name = pick(["zfill", "center", "ljust", "rjust"])
            let fill: [Value] = name == "zfill" || random(2) == 0 ? [] : [argument(&self)]
            return .method(
                receiver, name, [pick([.int(Int64(random(16))), .int(Int64(random(16))), .double(2), .null])] + fill)
        default:
            return pick([
                .method(receiver, "join", [list()]),
                .method(.string(","), "join", [.list([.string(text()), .string(text())])]),
                .method(receiver, "encode", [.string(pick(["ascii", "latin-1", "utf-8"]))]),
                .method(.bytes(pick([[97, 255], [0xC3, 0xA9], [0xE2, 0x82], []])), "decode", []),
            ])
        }
    }

    private mutating func function() -> RuntimeCase {
        let names = [
            "len", "int", "float", "str", "bool", "round", "abs", "sum", "min", "max", "sorted", "reversed", "any",
            "all",
            "enumerate", "list", "chr", "ord", "hex", "oct", "bin", "repr", "ascii", "json.dumps", "json.loads",
            "re.escape",
        ]
        switch random(8) {
        case 0: return .function("round", [number(), .int(Int64(random(12)) - 5)])
        case 1: return .function(pick(["divmod", "min", "max"]), [number(), number()])
        case 2:
            return .function(
                "int",
                [
                    .string(pick([text(), "0b101", "0o17", "zz", " 12 ", "1__0", "_1"])),
                    .int(Int64(pick([0, 2, 8, 10, 16, 36, 1]))),
                ])
        case 3: return .function("range", (0...random(3)).map { _ in .int(Int64(random(20)) - 8) })
        case 4:
            let texts = [
                "[1, 2.5, null]", "{\"a\": [true, {}]}", "[1,]", "{\"a\" 1}", "\"\\u00e9\\ud83d\\ude00\"", "\"a", "01",
                "-", "1e5",
                "nul", "{\"a\":1,}", " [] x", "NaN", "\"\\x\"", "[1 2]", "{\"a\":", "12345678901234567890", "-0", "1.",
                "\"\\u12\"",
            ]
            return .function("json.loads", [.string(pick(texts))])
        case 5:
            return .function(pick(["sum", "min", "max", "sorted", "any", "all", "math.fsum", "math.prod"]), [list()])
        default:
            let argument = value()
            return .function(RuntimeCaseGenerator.isDuration(argument) ? "str" : pick(names), [argument])
        }
    }

    private mutating func math() -> RuntimeCase {
        let one = PythonRuntime.functionNames.filter {
            $0.hasPrefix("math.") && $0 != "math.factorial" && $0 != "math.perm"
                && PythonRuntime.signature(ofFunction: $0)?.required == 1
        }
        let two = [
            "math.pow", "math.atan2", "math.fmod", "math.copysign", "math.log", "math.gcd", "math.lcm", "math.hypot",
            "math.isclose", "math.remainder", "math.nextafter", "math.ldexp",
        ]
        return random(2) == 0
            ? .function(pick(one), [pick([number(), number(), number(), value()])])
            : .function(pick(two), [number(), number()])
    }

    private mutating func formatSpec() -> String {
        let parts: [[String]] = [
            ["", "", "", "*", "é"], ["", "", "<", ">", "^", "="], ["", "", "+", "-", " "], ["", "", "", "#", "z"],
            ["", "", "0"],
            ["", "", "5", "12"], ["", "", "", ",", "_"], ["", "", ".0", ".2", ".5"],
            ["", "d", "f", "e", "g", "%", "x", "b", "o", "X", "c", "s", "n", "E", "G", "q"],
        ]
        return parts.reduce(into: "") { spec, choices in spec += pick(choices) }
    }

    private mutating func percentFormat() -> String {
        let flags = ["", "", "-", "+", " ", "#", "0", "-0"]
        let widths = ["", "", "5", "10"]
        let precisions = ["", "", ".0", ".3", "."]
        return [0, 1].reduce(into: "") { format, _ in
            format +=
                pick(["a", "", "%%"]) + "%" + pick(flags) + pick(widths) + pick(precisions)
                + pick(["s", "r", "a", "d", "i", "f", "e", "g", "x", "o", "c", "X", "G", "y"])
        }
    }

    private mutating func template() -> RuntimeCase {
        let texts = [
            "{}-{}", "{0}{0}", "{1:>5}{0!r}", "{:{}}", "{", "}", "{{}}{}", "{a}", "{0[0]}", "{!s:^8}", "{0.real}",
            "{}{0}", "{:d}", "{0[a]}", "{!z}", "{2}",
        ]
        return .template(pick(texts), [value(), pick([.int(5), .string("7"), .double(1.5), .null, .string(">4")])])
    }

    private mutating func regex() -> RuntimeCase {
        let patterns = [
            "a", "(a)(b)?", "\\d+", "\\s+", "\\w+", "[^a-z]+", "(?P<x>\\w)(?P=x)", "^a|b$", "x*", "(", "a**", "[", "a)",
            "*a",
            "\\b", "(?i)HELLO", "a{,2}", "a{2,1}", "\\Z", "(?:ab)+", "(a|b)*?c", ".", "(?s).", "[]a]", "\\u00e9", "\\q",
            "(?<=a)b",
            "(?=a)", "\\1", "(?x) a # c", "[b-a]", "(.)\\1", "\\x41", "[[:alpha:]]", "a++", "(?<n>a)", "\\S", "$", ",",
            "(,)|(b)",
            "a{", "x{,}", "[\\d_]+", "(?P<a", "(?P=b)", "(?z)", "a(?i)b", "[^\\W\\d]", "\\.", "()", "(?>a+)a",
            "(?(1)a|b)",
        ]
        let replacements = ["-", "<\\g<0>>", "\\1", "\\g<x>", "\\n", "\\2", "[\\g<1>]", "\\q", "\\", ""]
        switch random(5) {
        case 0: return .matched(pick([.search, .match, .fullMatch]), pick(patterns), text())
        case 1: return .function("re.findall", [.string(pick(patterns)), .string(text())])
        case 2: return .function("re.split", [.string(pick(patterns)), .string(text()), .int(Int64(random(3)))])
        default:
            return .function(
                pick(["re.sub", "re.subn"]),
                [.string(pick(patterns)), .string(pick(replacements)), .string(text()), .int(Int64(random(3)))])
        }
    }

    private mutating func datetime() -> RuntimeCase {
        let formats = [
            "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d/%m/%y", "%Y%m%d", "%b %d %Y", "%I:%M %p", "%Y-%m-%dT%H:%M:%S.%f%z",
            "%A %j %Y", "%Q", "%", "%H %% %a",
        ]
        let texts = [
            "2020-02-29", "2021-02-29", "2020-01-02 03:04:05", "1/2/69", "20211231", "Mar 05 2021", "12:30 AM",
            "2020-01-02T03:04:05.678+01:30", "x", "2020-W10-3", "20200102T030405", "2020-01-02T03:04:05Z",
            "2020-01-02T25:00", "2020-1-2", "2020-01-02 03", "Friday 100 2020",
        ]
        switch random(6) {
        case 0: return .function("datetime.datetime.strptime", [.string(pick(texts)), .string(pick(formats))])
        case 1:
            return .function(
                pick(["datetime.datetime.fromisoformat", "datetime.date.fromisoformat"]), [.string(pick(texts))])
        case 2:
            return .method(
                .datetime(DateTimeValue(localMicroseconds: Int64(random(1 << 50)))), "strftime",
                [.string(pick(formats))])
        case 3:
            return .function(
                "datetime.timedelta",
                (0..<random(4)).map { _ in pick([.int(Int64(random(1000)) - 500), .double(Double(random(1000)) / 7)]) })
        case 4: return .binary(pick([.add, .subtract, .multiply, .divide, .floorDivide, .modulo]), moment(), moment())
        default:
            return .method(
                moment(),
                pick(["isoformat", "weekday", "isoweekday", "toordinal", "isocalendar", "total_seconds", "timestamp"]),
                [])
        }
    }
}
