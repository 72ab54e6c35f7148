extension PythonParser {
    /// Splits what stands between the quotes of an f-string.
    mutating func formattedParts(
        _ range: Range<Int>, isRaw: Bool, isSpecification: Bool = false
    ) throws(PythonSyntaxError) -> [PythonExpression.FormattedPart] {
        var parts: [PythonExpression.FormattedPart] = []
        var literal: [UInt8] = []
        var offset = range.lowerBound
        var runStart = offset
        func flushRun(_ literal: inout [UInt8]) throws(PythonSyntaxError) {
            literal += try PythonLexer.unescaped(bytes, runStart..<offset, isRaw: isRaw, isBytes: false)
        }
        while offset < range.upperBound {
            let byte = bytes[offset]
            let next = offset + 1 < range.upperBound ? bytes[offset + 1] : 0
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}"), next == byte, !isSpecification {
                try flushRun(&literal)
                literal.append(byte)
                offset += 2
                runStart = offset
            } else if byte == UInt8(ascii: "{") {
                try flushRun(&literal)
                if !literal.isEmpty { parts.append(.init(literal: String(decoding: literal, as: UTF8.self))) }
                literal = []
                parts += try replacementField(&offset, range, isRaw: isRaw)
                runStart = offset
            } else if byte == UInt8(ascii: "}") {
                throw PythonSyntaxError(
                    "a single '}' in an f-string", offset..<offset + 1, hint: "write '}}' for the character itself")
            } else {
                offset += byte == UInt8(ascii: "\\") && !isRaw ? 2 : 1
                offset = min(offset, range.upperBound)
            }
        }
        try flushRun(&literal)
        if !literal.isEmpty { parts.append(.init(literal: String(decoding: literal, as: UTF8.self))) }
        return parts
    }

    /// Reads `{expression!r:specification}`; the offset stands at the brace.
    private mutating func replacementField(
        _ offset: inout Int, _ range: Range<Int>, isRaw: Bool
    ) throws(PythonSyntaxError) -> [PythonExpression.FormattedPart] {
        let start = offset
        offset += 1
        let expressionRange = try scanExpression(&offset, range, start)
        var parts: [PythonExpression.FormattedPart] = []
        var part = PythonExpression.FormattedPart()
        part.expression = try nested { parser throws(PythonSyntaxError) in
            try Self.expression(parser.bytes, expressionRange, nesting: parser.nesting)
        }
        var isDebug = false
        func byte(_ at: Int) -> UInt8 { at < range.upperBound ? bytes[at] : 0 }
        if byte(offset) == UInt8(ascii: "=") {
            isDebug = true
            offset += 1
            while byte(offset) == UInt8(ascii: " ") { offset += 1 }
            let shown = bytes[expressionRange.lowerBound..<offset]
            parts.append(.init(literal: String(decoding: shown, as: UTF8.self)))
        }
        if byte(offset) == UInt8(ascii: "!") {
            guard "rsa".utf8.contains(byte(offset + 1)) else {
                throw PythonSyntaxError(
                    "unknown conversion in an f-string", offset..<min(offset + 2, range.upperBound),
                    hint: "use '!r', '!s' or '!a'")
            }
            part.conversion = byte(offset + 1)
            offset += 2
        }
        if byte(offset) == UInt8(ascii: ":") {
            offset += 1
            let specificationStart = offset
            var level = 0
            while offset < range.upperBound, level > 0 || bytes[offset] != UInt8(ascii: "}") {
                if bytes[offset] == UInt8(ascii: "{") { level += 1 }
                if bytes[offset] == UInt8(ascii: "}") { level -= 1 }
                offset += 1
            }
            let specification = specificationStart..<offset
            part.specification = try nested { parser throws(PythonSyntaxError) in
                try parser.formattedParts(specification, isRaw: isRaw, isSpecification: true)
            }
        } else if isDebug, part.conversion == nil {
            part.conversion = UInt8(ascii: "r")
        }
        guard byte(offset) == UInt8(ascii: "}"), offset < range.upperBound else {
            throw PythonSyntaxError(
                "'{' is never closed in the f-string", start..<start + 1, hint: "write '{{' for the character itself")
        }
        offset += 1
        parts.append(part)
        return parts
    }

    /// Finds the end of the expression in a replacement field.
    private func scanExpression(
        _ offset: inout Int, _ range: Range<Int>, _ start: Int
    ) throws(PythonSyntaxError) -> Range<Int> {
        let expressionStart = offset
        var brackets = 0
        var quote: UInt8?
        while offset < range.upperBound {
            let byte = bytes[offset]
            let next = offset + 1 < range.upperBound ? bytes[offset + 1] : 0
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
                brackets += 1
            } else if brackets > 0 {
                if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { brackets -= 1 }
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: ":") {
                break
            } else if byte == UInt8(ascii: "!"), next != UInt8(ascii: "=") {
                break
            } else if byte == UInt8(ascii: "="), endsDebugField(offset + 1, range),
                offset == expressionStart || !"=!<>".utf8.contains(bytes[offset - 1])
            {
                break
            }
            offset += 1
        }
        var end = offset
        while end > expressionStart, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        guard end > expressionStart else {
            throw PythonSyntaxError(
                "an f-string has '{' without an expression", start..<min(offset + 1, range.upperBound),
                hint: "write '{{' for the character itself")
        }
        return expressionStart..<end
    }

    private func endsDebugField(_ start: Int, _ range: Range<Int>) -> Bool {
        var offset = start
        while offset < range.upperBound, bytes[offset] == UInt8(ascii: " ") { offset += 1 }
        return offset < range.upperBound && "}!:".utf8.contains(bytes[offset])
    }
}
