/// `split`, `rsplit` and `splitlines`.
enum StringSplitting {
    /// Runs of anything but white space; behind the last split the rest stays whole. `limit` below zero means none.
    static func words(_ text: String, limit: Int, fromEnd: Bool) -> [String] {
        let scalars = text.unicodeScalars
        if fromEnd, limit >= 0 { return wordsFromEnd(scalars, limit: limit) }
        var parts: [String] = []
        var index = scalars.startIndex
        while true {
            while index < scalars.endIndex, UnicodeTraits.isSpace(scalars[index]) {
                index = scalars.index(after: index)
            }
            guard index < scalars.endIndex else { return parts }
            if limit >= 0, parts.count >= limit {
                parts.append(String(scalars[index...]))
                return parts
            }
            let start = index
            while index < scalars.endIndex, !UnicodeTraits.isSpace(scalars[index]) {
                index = scalars.index(after: index)
            }
            parts.append(String(scalars[start..<index]))
        }
    }

    private static func wordsFromEnd(_ scalars: String.UnicodeScalarView, limit: Int) -> [String] {
        var parts: [String] = []
        var end = scalars.endIndex
        func isSpaceBefore(_ index: String.Index) -> Bool {
            UnicodeTraits.isSpace(scalars[scalars.index(before: index)])
        }
        while true {
            while end > scalars.startIndex, isSpaceBefore(end) { end = scalars.index(before: end) }
            guard end > scalars.startIndex else { break }
            if parts.count >= limit {
                parts.append(String(scalars[..<end]))
                break
            }
            var start = end
            while start > scalars.startIndex, !isSpaceBefore(start) { start = scalars.index(before: start) }
            parts.append(String(scalars[start..<end]))
            end = start
        }
        return parts.reversed()
    }

    /// The parts between occurrences of a separator that is not empty.
    static func split(_ text: [UInt8], _ separator: [UInt8], limit: Int, fromEnd: Bool) -> [ArraySlice<UInt8>] {
        var cuts: [Int]
        if fromEnd, limit >= 0 {
            cuts = []
            var end = text.count
            while cuts.count < limit, let at = UTF8Search.last(of: separator, in: text, to: end) {
                cuts.append(at)
                end = at
            }
            cuts.reverse()
        } else if fromEnd {
            return split(text, separator, limit: text.count + 1, fromEnd: true)
        } else {
            cuts = UTF8Search.all(of: separator, in: text, limit: limit < 0 ? .max : limit)
        }
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        for cut in cuts {
            parts.append(text[start..<cut])
            start = cut + separator.count
        }
        parts.append(text[start...])
        return parts
    }

    static func lines(_ text: String, keepingEnds: Bool) -> [String] {
        let scalars = text.unicodeScalars
        var parts: [String] = []
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            guard UnicodeTraits.isLineBreak(scalars[index]) else {
                index = scalars.index(after: index)
                continue
            }
            let end = index
            let isReturn = scalars[index] == "\r"
            index = scalars.index(after: index)
            if isReturn, index < scalars.endIndex, scalars[index] == "\n" { index = scalars.index(after: index) }
            parts.append(String(scalars[start..<(keepingEnds ? index : end)]))
            start = index
        }
        if start < scalars.endIndex { parts.append(String(scalars[start...])) }
        return parts
    }
}
