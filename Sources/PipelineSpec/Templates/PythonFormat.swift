import Diagnostics

/// Python's two ways of formatting: `'%s' % x` and `'{}'.format(x)`.
struct PythonFormat {
    private let evaluator: TemplateEvaluator
    private let range: Range<Int>

    init(_ evaluator: TemplateEvaluator, _ range: Range<Int>) {
        self.evaluator = evaluator
        self.range = range
    }

    /// What stands between the `%` or `:` and the type of a conversion.
    private struct Spec {
        var fill = " "
        var alignment: Unicode.Scalar?
        var sign: Unicode.Scalar?
        var isAlternate = false
        var grouping: String?
        var width = 0
        var precision: Int?
        var type: Unicode.Scalar = "s"
    }

    func printf(_ format: String, _ arguments: [RuntimeValue]) throws(Diagnostic) -> String {
        var result = ""
        var next = 0
        var scalars = Array(format.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var name: String?
            if scalars.first == "(" {
                guard let end = scalars.firstIndex(of: ")") else {
                    throw evaluator.failure("the format lacks a ')'", range)
                }
                name = String(String.UnicodeScalarView(scalars[(scalars.startIndex + 1)..<end]))
                scalars = scalars[(end + 1)...]
            }
            var spec = Spec()
            while let flag = scalars.first, "-+ 0#".unicodeScalars.contains(flag) {
                scalars.removeFirst()
                switch flag {
                case "-": spec.alignment = "<"
                case "0": spec.fill = "0"
                case "#": spec.isAlternate = true
                default: spec.sign = flag
                }
            }
            spec.width = digits(&scalars) ?? 0
            if scalars.first == "." {
                scalars.removeFirst()
                spec.precision = digits(&scalars) ?? 0
            }
            guard let type = scalars.popFirst() else { throw evaluator.failure("the format ends within a '%'", range) }
            if type == "%" {
                result += "%"
                continue
            }
            var value: RuntimeValue
            if let name {
                guard let first = arguments.first else {
                    throw evaluator.failure("the format needs a dictionary", range)
                }
                value = try evaluator.defined(evaluator.item(first, .string(name), range))
            } else {
                guard next < arguments.count else {
                    throw evaluator.failure("not enough arguments for the format", range)
                }
                value = try evaluator.defined(arguments[next])
                next += 1
            }
            switch type {
            case "r", "a": value = .string(PythonText.repr(value))
            case "s": value = .string(PythonText.str(value))
            default: break
            }
            spec.type = type == "i" || type == "u" ? "d" : type == "r" || type == "a" ? "s" : type
            if spec.type == "s" {
                spec.alignment = spec.alignment ?? ">"
                spec.fill = " "
            }
            result += try apply(spec, to: value)
        }
        try evaluator.checkSize(result.utf8.count, range)
        return result
    }

    func format(_ format: String, _ arguments: EvaluatedArguments) throws(Diagnostic) -> String {
        var result = ""
        var next = 0
        var scalars = Array(format.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            if scalar == "{" || scalar == "}", scalars.first == scalar {
                scalars.removeFirst()
                result.unicodeScalars.append(scalar)
                continue
            }
            guard scalar == "{" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            guard let end = scalars.firstIndex(of: "}") else {
                throw evaluator.failure("the format lacks a '}'", range)
            }
            let field = scalars[..<end]
            scalars = scalars[(end + 1)...]
            let colon = field.firstIndex(of: ":") ?? end
            var name = String(String.UnicodeScalarView(field[..<colon]))
            var isRepr = false
            if name.hasSuffix("!r") || name.hasSuffix("!s") {
                isRepr = name.hasSuffix("!r")
                name = String(name.dropLast(2))
            }
            var value = try self.field(name, arguments, &next)
            if isRepr { value = .string(PythonText.repr(value)) }
            let spec = colon < end ? field[(colon + 1)...] : []
            if case .date(let date) = value, !spec.isEmpty {
                result += date.formatted(String(String.UnicodeScalarView(spec)))
            } else if spec.isEmpty {
                result += PythonText.str(value).string
            } else {
                result += try apply(try parse(spec, value), to: value)
            }
        }
        try evaluator.checkSize(result.utf8.count, range)
        return result
    }

    private func digits(_ scalars: inout ArraySlice<Unicode.Scalar>) -> Int? {
        let part = scalars.prefix { $0.value >= 0x30 && $0.value <= 0x39 }
        scalars = scalars.dropFirst(part.count)
        return Int(String(String.UnicodeScalarView(part))).map { min($0, 1 << 24) }
    }

    private func field(
        _ path: String, _ arguments: EvaluatedArguments, _ next: inout Int
    ) throws(Diagnostic) -> RuntimeValue {
        var parts = path.split(separator: ".", omittingEmptySubsequences: false)[...]
        let name = parts.popFirst().map(String.init) ?? ""
        var value: RuntimeValue?
        if name.isEmpty {
            value = try arguments.value(next, "")
            next += 1
        } else if let index = Int(name) {
            value = try arguments.value(index, "")
        } else {
            value = arguments.keywords.first { $0.name == name }?.value
        }
        guard var result = value else { throw evaluator.failure("the format's field '\(path)' has no value", range) }
        for part in parts {
            guard let member = try evaluator.attribute(result, String(part), range) else {
                throw evaluator.failure("the format's field '\(path)' has no value", range)
            }
            result = member
        }
        return try evaluator.defined(result)
    }

    private func parse(_ text: ArraySlice<Unicode.Scalar>, _ value: RuntimeValue) throws(Diagnostic) -> Spec {
        var spec = Spec()
        var rest = text
        if rest.count > 1, "<>^=".unicodeScalars.contains(rest[rest.startIndex + 1]) {
            spec.fill = String(Character(rest[rest.startIndex]))
            spec.alignment = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        } else if let first = rest.first, "<>^=".unicodeScalars.contains(first) {
            spec.alignment = first
            rest = rest.dropFirst()
        }
        if let first = rest.first, "+- ".unicodeScalars.contains(first) {
            spec.sign = first == "-" ? nil : first
            rest = rest.dropFirst()
        }
        if rest.first == "#" {
            spec.isAlternate = true
            rest = rest.dropFirst()
        }
        if rest.first == "0", spec.alignment == nil {
            spec.fill = "0"
            rest = rest.dropFirst()
        }
        spec.width = digits(&rest) ?? 0
        if let first = rest.first, first == "," || first == "_" {
            spec.grouping = String(Character(first))
            rest = rest.dropFirst()
        }
        if rest.first == "." {
            rest = rest.dropFirst()
            spec.precision = digits(&rest) ?? 0
        }
        if let type = rest.popFirst() {
            spec.type = type
        } else if value.integer != nil {
            spec.type = "d"
        } else if value.number != nil {
            spec.type = spec.precision == nil ? "r" : "g"
        }
        guard rest.isEmpty else { throw evaluator.failure("the format is not valid", range) }
        return spec
    }

    private func apply(_ spec: Spec, to value: RuntimeValue) throws(Diagnostic) -> String {
        var text: String
        var isNumber = true
        switch spec.type {
        case "s", "r", "c":
            text = PythonText.str(value).string
            isNumber = spec.type == "r" && value.number != nil
            if let precision = spec.precision, !isNumber {
                text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
            }
        case "d", "x", "X", "o", "b", "n":
            var integer = value.integer
            if integer == nil, case .float(let number) = value { integer = Int64(exactly: number.rounded(.towardZero)) }
            guard let integer else { throw mismatch(spec.type, value) }
            let radix = spec.type == "x" || spec.type == "X" ? 16 : spec.type == "o" ? 8 : spec.type == "b" ? 2 : 10
            text = String(integer.magnitude, radix: radix, uppercase: spec.type == "X")
            if spec.isAlternate, radix != 10 { text = "0\(spec.type)" + text }
            if integer < 0 { text = "-" + text }
        case "f", "F", "e", "E", "g", "G", "%":
            guard let number = value.number else { throw mismatch(spec.type, value) }
            text = Self.float(spec.type == "%" ? number * 100 : number, spec.type, min(spec.precision ?? 6, 100))
            if spec.type == "%" { text += "%" }
        default: throw evaluator.failure("unknown format '\(spec.type)'", range)
        }
        if let grouping = spec.grouping, isNumber { text = Self.grouped(text, grouping) }
        if isNumber, let sign = spec.sign, !text.hasPrefix("-") { text = String(Character(sign)) + text }
        return try pad(text, spec, isNumber)
    }

    private func mismatch(_ type: Unicode.Scalar, _ value: RuntimeValue) -> Diagnostic {
        evaluator.failure("the format '\(type)' needs a number, found \(value.typeName)", range)
    }

    private func pad(_ text: String, _ spec: Spec, _ isNumber: Bool) throws(Diagnostic) -> String {
        try evaluator.checkSize(spec.width, range)
        let missing = spec.width - text.unicodeScalars.count
        guard missing > 0 else { return text }
        let padding = String(repeating: spec.fill, count: missing)
        switch spec.alignment ?? (isNumber ? (spec.fill == "0" ? "=" : ">") : "<") {
        case "<": return text + (spec.fill == "0" && isNumber ? String(repeating: " ", count: missing) : padding)
        case "^":
            let left = String(repeating: spec.fill, count: missing / 2)
            return left + text + String(repeating: spec.fill, count: missing - missing / 2)
        case "=":
            let sign = text.prefix { $0 == "-" || $0 == "+" }
            return sign + padding + text.dropFirst(sign.count)
        default: return padding + text
        }
    }

    private static func grouped(_ text: String, _ separator: String) -> String {
        let sign = text.hasPrefix("-") ? "-" : ""
        let body = text.dropFirst(sign.count)
        let whole = body.prefix { $0.isASCII && $0.isNumber }
        let rest = body.dropFirst(whole.count)
        var result = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { result += separator }
            result.append(digit)
        }
        return sign + result + rest
    }

    /// `%f`, `%e` and `%g` of the C library, whose digits are exact.
    private static func float(_ number: Double, _ type: Unicode.Scalar, _ precision: Int) -> String {
        SystemMath.format(number, type == "%" ? "f" : type, precision)
    }
}
