import Diagnostics
import PipelineSpec

extension YAMLNode {
    /// Whether the node is written with brackets or braces.
    var isFlow: Bool {
        guard scalar == nil, range.start < range.file.utf8.count else { return false }
        return [UInt8(ascii: "["), UInt8(ascii: "{")].contains(range.file.utf8[range.start])
    }

    /// Where the node was written, without the comments and line breaks that a parser counts to a block.
    var extent: Range<Int> {
        if isFlow || scalar != nil { return range.start..<trimmed(range.end) }
        let ends: [Int] =
            switch content {
            case .scalar: []
            case .sequence(let items): items.map(\.extent.upperBound)
            case .mapping(let pairs): pairs.flatMap { [$0.key.extent.upperBound, $0.value.extent.upperBound] }
            }
        let end = ends.max() ?? range.end
        return range.start..<max(range.start, trimmed(end))
    }

    private func trimmed(_ end: Int) -> Int {
        var end = end
        while end > range.start, [0x20, 0x09, 0x0A, 0x0D].contains(range.file.utf8[end - 1]) { end -= 1 }
        return end
    }
}

extension SourceFile {
    /// The offset of the dash that starts the list item at an offset.
    func bullet(before offset: Int) -> Int {
        var dash = min(max(0, offset - 1), max(0, utf8.count - 1))
        while dash > 0, utf8[dash] != UInt8(ascii: "-") { dash -= 1 }
        return dash
    }

    /// The offset at which the line of an offset starts.
    func lineStart(_ offset: Int) -> Int {
        var start = min(max(0, offset), utf8.count)
        while start > 0, utf8[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return start
    }

    /// The offset of the line break that ends the line of an offset, or the end of the text.
    func lineEnd(_ offset: Int) -> Int {
        var end = min(max(0, offset), utf8.count)
        while end < utf8.count, utf8[end] != UInt8(ascii: "\n") { end += 1 }
        return end
    }
}
