public import Diagnostics

/// A change to a text that a person wrote.
public struct TextEdit: Sendable {
    public let range: SourceRange
    public let replacement: String

    public init(_ range: SourceRange, _ replacement: String) {
        self.range = range
        self.replacement = replacement
    }

    init(_ file: SourceFile, _ offsets: Range<Int>, _ replacement: String) {
        self.init(SourceRange(file: file, start: offsets.lowerBound, end: offsets.upperBound), replacement)
    }

    /// The text of a file after edits that do not overlap; later ones at the same place come later.
    public static func apply(_ edits: [TextEdit], to file: SourceFile) -> String {
        var text: [UInt8] = []
        var offset = 0
        let ordered = edits.enumerated().sorted {
            ($0.element.range.start, $0.offset) < ($1.element.range.start, $1.offset)
        }
        for (_, edit) in ordered where edit.range.file === file && edit.range.start >= offset {
            text += file.utf8[offset..<edit.range.start]
            text += edit.replacement.utf8
            offset = edit.range.end
        }
        return String(decoding: text + file.utf8[offset...], as: UTF8.self)
    }
}
