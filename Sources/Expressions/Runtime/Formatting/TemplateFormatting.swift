import DataModel

extension PythonRuntime {
    /// `text.format(arguments, keywords)`.
    static func formatted(
        _ text: String, _ arguments: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> String {
        var template = TemplateFormatting(arguments: arguments, keywords: keywords)
        return try template.run(Array(text.unicodeScalars)[...], depth: 2)
    }
}

/// The replacement fields of `str.format`; source: CPython's `unicode_format.h`.
private struct TemplateFormatting {
    let arguments: [Value]
    let keywords: [(String, Value)]
    private var automatic = 0
    /// Whether fields are numbered by the text (`{0}`) or by their order (`{}`); `nil` before the first.
    private var isAutomatic: Bool?

    init(arguments: [Value], keywords: [(String, Value)]) {
        self.arguments = arguments
        self.keywords = keywords
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    mutating func run(_ scalars: ArraySlice<Unicode.Scalar>, depth: Int) throws(PythonError) -> String {
        guard depth > 0 else { throw .valueError("Max string recursion exceeded") }
        var out = ""
        var at = scalars.startIndex
        while at < scalars.endIndex {
            let scalar = scalars[at]
            at += 1
            guard scalar == "{" || scalar == "}" else {
                out.unicodeScalars.append(scalar)
                continue
            }
            if at < scalars.endIndex, scalars[at] == scalar {
                out.unicodeScalars.append(scalar)
                at += 1
                continue
            }
            guard scalar == "{", at < scalars.endIndex else {
                throw .valueError("Single '\(scalar)' encountered in format string")
            }
            out += try field(scalars, &at, depth: depth)
            guard out.utf8.count <= PythonRuntime.maximumBytes else { throw .memory }
        }
        return out
    }

    private mutating func field(
        _ scalars: ArraySlice<Unicode.Scalar>, _ at: inout Int, depth: Int
    ) throws(PythonError) -> String {
        let start = at
        var isInBrackets = false
        scan: while at < scalars.endIndex {
            switch scalars[at] {
            case "{": throw .valueError("unexpected '{' in field name")
            case "[": isInBrackets = true
            case "]": isInBrackets = false
            case "}", ":", "!": if !isInBrackets { break scan }
            default: break
            }
            at += 1
        }
        guard at < scalars.endIndex else { throw .valueError("expected '}' before end of string") }
        let name = scalars[start..<at]
        var conversion: Unicode.Scalar?
        if scalars[at] == "!" {
            guard at + 1 < scalars.endIndex else {
                throw .valueError("end of string while looking for conversion specifier")
            }
            conversion = scalars[at + 1]
            at += 2
            guard at < scalars.endIndex else { throw .valueError("unmatched '{' in format spec") }
            guard scalars[at] == ":" || scalars[at] == "}" else {
                throw .valueError("expected ':' after conversion specifier")
            }
            if conversion == "}" { throw .valueError("unmatched '{' in format spec") }
        }
        var specification = scalars[at..<at]
        if scalars[at] == ":" {
            at += 1
            let specStart = at
            var nesting = 1
            while at < scalars.endIndex {
                if scalars[at] == "{" { nesting += 1 }
                if scalars[at] == "}" {
                    nesting -= 1
                    if nesting == 0 { break }
                }
                at += 1
            }
            guard at < scalars.endIndex else { throw .valueError("unmatched '{' in format spec") }
            specification = scalars[specStart..<at]
        }
        at += 1
        var value = try lookUp(name)
        switch conversion {
        case nil: break
        case "r": value = .string(PythonRuntime.repr(value))
        case "s": value = .string(PythonRuntime.str(value))
        case "a": value = .string(PythonRuntime.ascii(value))
        case let other?:
            let shown =
                other.value > 0x20 && other.value < 0x7F ? String(other) : "\\x\(String(other.value, radix: 16))"
            throw .valueError("Unknown conversion specifier \(shown)")
        }
        let isNested = specification.contains { $0 == "{" || $0 == "}" }
        let spec =
            isNested ? try run(specification, depth: depth - 1) : TemplateFormatting.string(specification)
        return try PythonRuntime.format(value, spec)
    }

    /// The value of `0.name[key]`.
    private mutating func lookUp(_ name: ArraySlice<Unicode.Scalar>) throws(PythonError) -> Value {
        let head = name.prefix { $0 != "." && $0 != "[" }
        var value = try first(head)
        var at = head.endIndex
        while at < name.endIndex {
            let opener = name[at]
            at += 1
            let part: ArraySlice<Unicode.Scalar>
            if opener == "." {
                part = name[at...].prefix { $0 != "." && $0 != "[" }
                at = part.endIndex
            } else if opener == "[" {
                part = name[at...].prefix { $0 != "]" }
                guard part.endIndex < name.endIndex else { throw .valueError("Missing ']' in format string") }
                at = part.endIndex + 1
            } else {
                throw .valueError("Only '.' or '[' may follow ']' in format field specifier")
            }
            guard !part.isEmpty else { throw .valueError("Empty attribute in format string") }
            let text = TemplateFormatting.string(part)
            if opener == "." {
                value = try PythonRuntime.attribute(value, text)
            } else if let index = try number(part) {
                value = try PythonRuntime.subscripted(value, .int(Int64(index)))
            } else {
                value = try PythonRuntime.subscripted(value, .string(text))
            }
        }
        return value
    }

    private mutating func first(_ head: ArraySlice<Unicode.Scalar>) throws(PythonError) -> Value {
        let written = try number(head)
        if head.isEmpty || written != nil {
            let isAutomatic = head.isEmpty
            if let before = self.isAutomatic, before != isAutomatic {
                throw .valueError(
                    before
                        ? "cannot switch from automatic field numbering to manual field specification"
                        : "cannot switch from manual field specification to automatic field numbering")
            }
            self.isAutomatic = isAutomatic
            let index = written ?? automatic
            if isAutomatic { automatic += 1 }
            guard index < arguments.count else {
                throw .indexError("Replacement index \(index) out of range for positional args tuple")
            }
            return arguments[index]
        }
        let name = TemplateFormatting.string(head)
        guard let found = keywords.last(where: { $0.0.utf8.elementsEqual(name.utf8) }) else {
            throw .keyError(.string(name))
        }
        return found.1
    }

    private func number(_ scalars: ArraySlice<Unicode.Scalar>) throws(PythonError) -> Int? {
        guard !scalars.isEmpty else { return nil }
        var number = 0
        for scalar in scalars {
            guard let digit = UnicodeTraits.decimalValue(scalar) else { return nil }
            guard number < 1 << 58 else { throw .valueError("Too many decimal digits in format string") }
            number = number * 10 + Int(digit)
        }
        return number
    }
}
