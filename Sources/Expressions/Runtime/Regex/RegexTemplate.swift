/// The replacement of `re.sub`: text with `\1`, `\g<name>`, `\g<0>` and character escapes.
struct RegexTemplate {
    private enum Part {
        case literal([UInt8])
        case group(Int)
    }

    private var parts: [Part] = []

    init(_ template: String, groupCount: Int, names: [(name: String, index: Int)]) throws(PythonError) {
        let scalars = Array(template.unicodeScalars)
        var literal = ""
        var at = 0
        func failure(_ message: String, _ position: Int) -> PythonError {
            PythonError("error", "\(message) at position \(position)")
        }
        func reference(_ number: Int, _ position: Int) throws(PythonError) {
            guard number <= groupCount else { throw failure("invalid group reference \(number)", position) }
            if !literal.isEmpty { parts.append(.literal(Array(literal.utf8))) }
            literal = ""
            parts.append(.group(number))
        }
        func isOctal(_ index: Int) -> Bool { index < scalars.count && ("0"..."7").contains(scalars[index]) }
        func isDigit(_ index: Int) -> Bool { index < scalars.count && ("0"..."9").contains(scalars[index]) }
        func number(_ range: Range<Int>, radix: Int) -> Int {
            scalars[range].reduce(0) { $0 * radix + Int($1.value) - 0x30 }
        }
        func character(_ code: Int) throws(PythonError) {
            guard code <= 0o377, let scalar = Unicode.Scalar(UInt32(code)) else {
                throw failure(
                    "octal escape value \\\(String(code, radix: 8)) outside of range 0-0o377", at)
            }
            literal.unicodeScalars.append(scalar)
        }
        while at < scalars.count {
            guard scalars[at] == "\\" else {
                literal.unicodeScalars.append(scalars[at])
                at += 1
                continue
            }
            guard at + 1 < scalars.count else { throw failure("bad escape (end of pattern)", at) }
            let code = scalars[at + 1]
            switch code {
            case "g":
                guard at + 2 < scalars.count, scalars[at + 2] == "<" else { throw failure("missing <", at + 2) }
                let start = at + 3
                guard let end = scalars[start...].firstIndex(of: ">") else {
                    if start >= scalars.count { throw failure("missing group name", start) }
                    throw failure("missing >, unterminated name", start)
                }
                let name = scalars[start..<end].reduce(into: "") { $0.unicodeScalars.append($1) }
                if name.isEmpty { throw failure("missing group name", start) }
                at = end + 1
                if name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(name) {
                    try reference(number, start)
                } else {
                    guard StringPredicates.holds("isidentifier", name) else {
                        throw failure("bad character in group name \(PythonRuntime.quoted(name))", start)
                    }
                    guard let found = names.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                        throw .indexError("unknown group name \(PythonRuntime.quoted(name))")
                    }
                    try reference(found.index, start)
                }
            case "0":
                var end = at + 2
                while end < at + 4, isOctal(end) { end += 1 }
                try character(number(at + 1..<end, radix: 8))
                at = end
            case "1"..."9":
                if isOctal(at + 1), isOctal(at + 2), isOctal(at + 3) {
                    try character(number(at + 1..<at + 4, radix: 8))
                    at += 4
                } else {
                    let end = isDigit(at + 2) ? at + 3 : at + 2
                    let position = at + 1
                    let written = number(at + 1..<end, radix: 10)
                    at = end
                    try reference(written, position)
                }
            default:
                let escapes: [Unicode.Scalar: Unicode.Scalar] = [
                    "a": "\u{7}", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}", "\\": "\\",
                ]
                if let escape = escapes[code] {
                    literal.unicodeScalars.append(escape)
                } else if ("a"..."z").contains(code) || ("A"..."Z").contains(code) {
                    throw failure("bad escape \\\(code)", at)
                } else {
                    literal += "\\" + String(code)
                }
                at += 2
            }
        }
        if !literal.isEmpty { parts.append(.literal(Array(literal.utf8))) }
    }

    /// The replacement of one match; groups that took no part are empty.
    func expanded(_ text: [UInt8], _ ranges: [Range<Int>?]) -> [UInt8] {
        parts.reduce(into: []) { out, part in
            switch part {
            case .literal(let bytes): out += bytes
            case .group(let index): if index < ranges.count, let range = ranges[index] { out += text[range] }
            }
        }
    }
}
