import Diagnostics

/// A text of a template's evaluation in which some bytes still know where they were written.
struct MappedText: Sendable {
    private(set) var bytes: [UInt8] = []
    /// In order, without overlap; bytes between them were computed.
    private(set) var runs: [SourceMap.Segment] = []

    init() {}

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }
    var count: Int { bytes.count }

    mutating func append(_ text: String) {
        bytes += Array(text.utf8)
    }

    mutating func append(_ other: MappedText) {
        let start = bytes.count
        bytes += other.bytes
        for var run in other.runs {
            run.start += start
            appendRun(run)
        }
    }

    /// Appends a part of a template as it stands.
    mutating func append(_ source: RenderedText, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        for run in source.map.segments(of: range, at: bytes.count) { appendRun(run) }
        bytes += source.utf8[range]
    }

    /// Appends a value written by an expression; what has no origin of its own gets the expression's.
    mutating func append(_ value: MappedText, from place: SourceRange) {
        let start = bytes.count
        var position = 0
        func computed(_ end: Int) -> SourceMap.Segment? {
            guard end > position else { return nil }
            return SourceMap.Segment(
                start: start + position, length: end - position, file: place.file, sourceStart: place.start,
                sourceEnd: place.end, isVerbatim: false)
        }
        bytes += value.bytes
        for var run in value.runs {
            if let gap = computed(run.start) { runs.append(gap) }
            position = run.end
            run.start += start
            appendRun(run)
        }
        if let gap = computed(value.count) { runs.append(gap) }
    }

    private mutating func appendRun(_ run: SourceMap.Segment) {
        if run.isVerbatim, let last = runs.last, last.isVerbatim, last.end == run.start, last.file === run.file,
            last.sourceEnd == run.sourceStart
        {
            runs[runs.count - 1].length += run.length
            runs[runs.count - 1].sourceEnd = run.sourceEnd
        } else {
            runs.append(run)
        }
    }

    /// A part of the text, with its origins.
    func slice(_ range: Range<Int>) -> MappedText {
        var part = MappedText()
        part.bytes = Array(bytes[range])
        for var run in runs where run.start < range.upperBound && run.end > range.lowerBound {
            let lower = max(run.start, range.lowerBound)
            let upper = min(run.end, range.upperBound)
            if run.isVerbatim {
                run.sourceStart += lower - run.start
                run.sourceEnd = run.sourceStart + upper - lower
            }
            run.start = lower - range.lowerBound
            run.length = upper - lower
            part.runs.append(run)
        }
        return part
    }

    /// The lines without their breaks, as Python's `splitlines` gives them for the breaks a YAML file has.
    var lines: [MappedText] {
        var result: [MappedText] = []
        var start = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x0A || byte == 0x0D {
                result.append(slice(start..<index))
                if byte == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A { index += 1 }
                start = index + 1
            }
            index += 1
        }
        if start < bytes.count { result.append(slice(start..<bytes.count)) }
        return result
    }

    /// Without white space at either end.
    var trimmed: MappedText {
        var start = 0
        var end = bytes.count
        while start < end, Self.isSpace(bytes[start]) { start += 1 }
        while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
        return start == 0 && end == bytes.count ? self : slice(start..<end)
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
}
