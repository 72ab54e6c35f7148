import DataModel

/// `zfill`, `center`, `ljust`, `rjust` and `expandtabs`; widths count code points.
enum StringPadding {
    static func call(_ text: String, _ name: String, _ arguments: [Value?]) throws(PythonError) -> String {
        let width = try arguments[0].map { value throws(PythonError) in try PythonRuntime.integer(value) } ?? 8
        if name == "expandtabs" { return try expanded(text, width) }
        var fill: Unicode.Scalar = " "
        if name != "zfill", let argument = arguments[1] {
            guard case .string(let character) = argument else {
                let type = PythonRuntime.typeName(argument)
                throw .typeError("The fill character must be a unicode character, not \(type)")
            }
            guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1 else {
                throw .typeError("The fill character must be exactly one character long")
            }
            fill = scalar
        }
        let count = text.unicodeScalars.count
        guard width > count else { return text }
        guard width <= PythonRuntime.maximumBytes / 4 else { throw .memory }
        let missing = width - count
        switch name {
        case "zfill":
            let zeros = String(repeating: "0", count: missing)
            guard let first = text.unicodeScalars.first, first == "+" || first == "-" else { return zeros + text }
            return String(first) + zeros + String(text.unicodeScalars.dropFirst())
        case "ljust": return text + repeated(fill, missing)
        case "rjust": return repeated(fill, missing) + text
        default:
            let left = missing / 2 + (missing & width & 1)
            return repeated(fill, left) + text + repeated(fill, missing - left)
        }
    }

    static func repeated(_ scalar: Unicode.Scalar, _ count: Int) -> String {
        String(repeating: String(scalar), count: max(0, count))
    }

    private static func expanded(_ text: String, _ tabSize: Int) throws(PythonError) -> String {
        guard tabSize <= PythonRuntime.maximumElements else { throw .memory }
        var out = String.UnicodeScalarView()
        var column = 0
        var length = 0
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                guard tabSize > 0 else { continue }
                let spaces = tabSize - column % tabSize
                length += spaces
                guard length <= PythonRuntime.maximumBytes else { throw .memory }
                for _ in 0..<spaces { out.append(" ") }
                column += spaces
            } else {
                column += 1
                if scalar == "\n" || scalar == "\r" { column = 0 }
                out.append(scalar)
            }
        }
        return String(out)
    }
}
