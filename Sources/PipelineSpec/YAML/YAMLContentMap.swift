/// Finds where each byte of a scalar's value stands in the text it was read from.
///
/// libyaml says where a scalar starts and ends and what it means; this walks the same bytes again and pairs the two.
struct YAMLContentMap {
    private let bytes: [UInt8]
    private var index: Int
    private let end: Int
    private var valueLength = 0
    private(set) var runs: [YAMLScalar.Run] = []

    /// The runs of a scalar; one that cannot be followed to its end keeps those found before.
    static func runs(
        of text: String, style: YAMLScalar.Style, in bytes: [UInt8], _ range: Range<Int>
    ) -> [YAMLScalar.Run] {
        let count = text.utf8.count
        var start = range.lowerBound
        switch style {
        case .plain where count == range.count:
            return [YAMLScalar.Run(value: 0, rendered: start, length: count)]
        case .singleQuoted where count == range.count - 2, .doubleQuoted where count == range.count - 2:
            return [YAMLScalar.Run(value: 0, rendered: start + 1, length: count)]
        case .plain: break
        case .singleQuoted, .doubleQuoted: start += 1
        case .literal, .folded:
            while start < range.upperBound, bytes[start] != 0x0A { start += 1 }
            start += 1
        }
        let end = style == .singleQuoted || style == .doubleQuoted ? range.upperBound - 1 : range.upperBound
        var map = YAMLContentMap(bytes: bytes, index: start, end: max(start, end))
        switch style {
        case .literal, .folded: map.alignLines(Array(text.utf8))
        default: map.alignFlow(Array(text.utf8), style)
        }
        return map.runs
    }

    private init(bytes: [UInt8], index: Int, end: Int) {
        self.bytes = bytes
        self.index = index
        self.end = min(end, bytes.count)
    }

    private mutating func take(_ length: Int) {
        if let last = runs.last, last.rendered + last.length == index, last.value + last.length == valueLength {
            runs[runs.count - 1].length += length
        } else {
            runs.append(YAMLScalar.Run(value: valueLength, rendered: index, length: length))
        }
        index += length
        valueLength += length
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    /// A block scalar: each line of the value follows the indentation of a line of the text, except where lines fold.
    private mutating func alignLines(_ value: [UInt8]) {
        let indentation = blockIndentation
        while index < end, valueLength < value.count {
            var skipped = 0
            while skipped < indentation, index < end, bytes[index] == 0x20 {
                index += 1
                skipped += 1
            }
            while index < end, valueLength < value.count, !Self.isBreak(bytes[index]) {
                guard bytes[index] == value[valueLength] else { return }
                take(1)
            }
            if index < end, bytes[index] == 0x0D { index += 1 }
            guard index < end, bytes[index] == 0x0A, valueLength < value.count else { continue }
            if value[valueLength] == 0x0A {
                take(1)
            } else {
                index += 1
                // A folded break became a space, or the first of several breaks became nothing.
                if value[valueLength] == 0x20, !isAtBlankLine { valueLength += 1 }
            }
        }
    }

    private var isAtBlankLine: Bool {
        var index = index
        while index < end, bytes[index] == 0x20 { index += 1 }
        return index >= end || Self.isBreak(bytes[index])
    }

    /// The column of the block's first line that is not blank.
    private var blockIndentation: Int {
        var line = index
        while line < end {
            var column = line
            while column < end, bytes[column] == 0x20 { column += 1 }
            if column < end, !Self.isBreak(bytes[column]) { return column - line }
            while column < end, bytes[column] != 0x0A { column += 1 }
            line = column + 1
        }
        return 0
    }

    /// A plain or quoted scalar over several lines, or with escapes.
    private mutating func alignFlow(_ value: [UInt8], _ style: YAMLScalar.Style) {
        while index < end, valueLength < value.count {
            let byte = bytes[index]
            if style == .doubleQuoted, byte == UInt8(ascii: "\\") {
                skipEscape(value)
            } else if style == .singleQuoted, byte == UInt8(ascii: "'") {
                take(1)
                index += 1
            } else if Self.isBlank(byte) || Self.isBreak(byte) {
                alignGap()
            } else {
                guard byte == value[valueLength] else { return }
                take(1)
            }
        }
    }

    private mutating func alignGap() {
        var gapEnd = index
        var breaks = 0
        while gapEnd < end, Self.isBlank(bytes[gapEnd]) || Self.isBreak(bytes[gapEnd]) {
            if bytes[gapEnd] == 0x0A { breaks += 1 }
            gapEnd += 1
        }
        if breaks == 0 {
            take(gapEnd - index)
        } else {
            valueLength += max(1, breaks - 1)
            index = gapEnd
        }
    }

    private mutating func skipEscape(_ value: [UInt8]) {
        runs.append(YAMLScalar.Run(value: valueLength, rendered: index, length: 0))
        index += 1
        guard index < end else { return }
        let byte = bytes[index]
        if Self.isBreak(byte) {
            var breaks = 0
            while index < end, Self.isBlank(bytes[index]) || Self.isBreak(bytes[index]) {
                if bytes[index] == 0x0A { breaks += 1 }
                index += 1
            }
            valueLength += max(0, breaks - 1)
            return
        }
        switch byte {
        case UInt8(ascii: "x"): index += 3
        case UInt8(ascii: "u"): index += 5
        case UInt8(ascii: "U"): index += 9
        default: index += 1
        }
        // One escape makes one character, of as many bytes as its first one says.
        let lead = value[valueLength]
        valueLength += lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    }
}
