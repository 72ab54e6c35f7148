public import Diagnostics

/// Where each byte of a rendered text was written: the bridge from YAML back to the files a person edits.
public struct SourceMap: Sendable {
    /// A run of rendered bytes with one origin.
    struct Segment: Sendable {
        var start: Int
        var length: Int
        var file: SourceFile
        var sourceStart: Int
        /// For a verbatim run `sourceStart + length`; for an expression the end of its `{{ … }}`.
        var sourceEnd: Int
        /// Whether byte i of the run stands at `sourceStart + i`.
        var isVerbatim: Bool

        var end: Int { start + length }
    }

    let segments: [Segment]
    /// Named by positions of a text that has no segment at all.
    private let fallback: SourceFile

    /// The map of a text that is the file itself.
    public init(identityOf file: SourceFile) {
        let count = file.utf8.count
        segments = [
            Segment(start: 0, length: count, file: file, sourceStart: 0, sourceEnd: count, isVerbatim: true)
        ]
        fallback = file
    }

    init(segments: [Segment], fallback: SourceFile) {
        self.segments = segments
        self.fallback = fallback
    }

    /// The written place of a range of rendered UTF-8 offsets.
    ///
    /// A range that begins in one file and ends in another is cut at the end of its part in the first.
    public func range(of rendered: Range<Int>) -> SourceRange {
        guard let first = index(at: rendered.lowerBound) else {
            return SourceRange(file: fallback, start: 0, end: 0)
        }
        let segment = segments[first]
        let start = position(rendered.lowerBound, in: segment, isEnd: false)
        if rendered.isEmpty {
            let end = segment.isVerbatim ? start : segment.sourceEnd
            return SourceRange(file: segment.file, start: start, end: end)
        }
        var end = position(min(rendered.upperBound, segment.end), in: segment, isEnd: true)
        guard let last = index(at: rendered.upperBound - 1), last > first else {
            return SourceRange(file: segment.file, start: start, end: end)
        }
        let lastSegment = segments[last]
        let lastEnd = position(rendered.upperBound, in: lastSegment, isEnd: true)
        if lastSegment.file === segment.file, lastEnd >= end {
            return SourceRange(file: segment.file, start: start, end: lastEnd)
        }
        for next in segments[(first + 1)...last] {
            guard next.file === segment.file, next.sourceStart >= end else { break }
            end = position(min(rendered.upperBound, next.end), in: next, isEnd: true)
        }
        return SourceRange(file: segment.file, start: start, end: end)
    }

    /// The segments of a part of the text, moved so that the part starts at `position`.
    func segments(of rendered: Range<Int>, at position: Int) -> [Segment] {
        guard !rendered.isEmpty, var index = index(at: rendered.lowerBound) else { return [] }
        var result: [Segment] = []
        while index < segments.count, segments[index].start < rendered.upperBound {
            var segment = segments[index]
            let lower = max(segment.start, rendered.lowerBound)
            let upper = min(segment.end, rendered.upperBound)
            index += 1
            guard lower < upper else { continue }
            if segment.isVerbatim {
                segment.sourceStart += lower - segment.start
                segment.sourceEnd = segment.sourceStart + upper - lower
            }
            segment.start = position + lower - rendered.lowerBound
            segment.length = upper - lower
            result.append(segment)
        }
        return result
    }

    private func position(_ offset: Int, in segment: Segment, isEnd: Bool) -> Int {
        if segment.isVerbatim {
            return segment.sourceStart + min(max(0, offset - segment.start), segment.length)
        }
        return isEnd ? segment.sourceEnd : segment.sourceStart
    }

    /// The segment that holds an offset, the last one for an offset at the end.
    private func index(at offset: Int) -> Int? {
        guard !segments.isEmpty else { return nil }
        var low = 0
        var high = segments.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if segments[middle].start <= offset { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

/// A text after template rendering, with the way back to its files.
public struct RenderedText: Sendable {
    /// What a YAML parser reads, as UTF-8.
    public let utf8: [UInt8]
    public let map: SourceMap

    /// A text without templates.
    public init(_ file: SourceFile) {
        utf8 = file.utf8
        map = SourceMap(identityOf: file)
    }

    init(utf8: [UInt8], map: SourceMap) {
        self.utf8 = utf8
        self.map = map
    }

    public var text: String { String(decoding: utf8, as: UTF8.self) }
}
