/// One text that a person wrote: a pipeline, an included template, a callable's file.
///
/// Offsets are UTF-8 code units from the start of `text`; lines and columns count from 1, columns in Unicode scalars,
/// as editors and YAML do.
public final class SourceFile: Sendable {
    /// The path as the user named it, shown in every diagnostic; `<name>` for a text without a file.
    public let path: String
    public let text: String
    /// `text` as UTF-8, so that offsets index it directly.
    public let utf8: [UInt8]
    /// The offset at which each line starts; never empty.
    private let lineStarts: [Int]

    public init(path: String, text: String) {
        self.path = path
        self.text = text
        utf8 = Array(text.utf8)
        var starts = [0]
        for (offset, byte) in utf8.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        lineStarts = starts
    }

    public var lineCount: Int { lineStarts.count }

    /// The position of an offset; one outside the text is clamped to it.
    public func position(at offset: Int) -> SourcePosition {
        let offset = min(max(offset, 0), utf8.count)
        var low = 0
        var high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        let scalars = utf8[lineStarts[low]..<offset].count { $0 & 0xC0 != 0x80 }
        return SourcePosition(line: low + 1, column: scalars + 1)
    }

    /// The offset of a line and column, clamped to that line; `nil` where there is no such line.
    public func offset(line: Int, column: Int) -> Int? {
        guard line >= 1, line <= lineStarts.count else { return nil }
        let end = line < lineStarts.count ? lineStarts[line] - 1 : utf8.count
        var offset = lineStarts[line - 1]
        var remaining = column - 1
        while offset < end, remaining > 0 {
            offset += 1
            while offset < end, utf8[offset] & 0xC0 == 0x80 { offset += 1 }
            remaining -= 1
        }
        return offset
    }

    /// A line's text without its line break; empty for a line that does not exist.
    public func lineText(_ line: Int) -> String {
        guard line >= 1, line <= lineStarts.count else { return "" }
        let start = lineStarts[line - 1]
        var end = line < lineStarts.count ? lineStarts[line] - 1 : utf8.count
        if end > start, utf8[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return String(decoding: utf8[start..<end], as: UTF8.self)
    }

    /// The text of a range of offsets, clamped to the file.
    public func text(in range: Range<Int>) -> String {
        String(decoding: utf8[range.clamped(to: 0..<utf8.count)], as: UTF8.self)
    }
}

/// A place in a text, counted from 1.
public struct SourcePosition: Hashable, Sendable, Comparable {
    public let line: Int
    /// In Unicode scalars.
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
