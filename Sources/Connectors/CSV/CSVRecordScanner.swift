/// Finds the fields of records one by one, with all that quotes, comments and blank lines can mean.
///
/// Headers, samples and blocks that have quotes go through it; other blocks are faster with `CSVFieldIndex`.
struct CSVRecordScanner {
    enum Outcome: Equatable {
        case record
        /// Nothing but blank lines and comments came before the end.
        case end
        /// A record that has no end yet.
        case incomplete
        /// A quote that is never closed, at this place.
        case unclosedQuote(at: Int)
    }

    let base: UnsafePointer<UInt8>
    let end: Int
    let dialect: CSVDialect
    var position: Int
    /// Where the record's first field begins.
    private(set) var recordStart = 0
    /// Where the fields end, in order; each begins a byte behind the end of the one before.
    private(set) var fieldEnds: [Int32] = []
    private(set) var wasSkipped = false

    init(base: UnsafePointer<UInt8>, start: Int = 0, end: Int, dialect: CSVDialect) {
        self.base = base
        self.end = end
        self.dialect = dialect
        position = start
    }

    /// Goes to the next record that is not blank.
    mutating func scan() -> Outcome {
        while position < end {
            let outcome = scanLine()
            if outcome != .record || !isBlank { return outcome }
            wasSkipped = true
        }
        return .end
    }

    private var isBlank: Bool {
        guard fieldEnds.count == 1 else { return false }
        for index in recordStart..<max(recordStart, Int(fieldEnds[0])) {
            if base[index] != UInt8(ascii: " "), base[index] != UInt8(ascii: "\t") { return false }
        }
        return true
    }

    private mutating func scanLine() -> Outcome {
        let newline = CSVDialect.newline
        wasSkipped = false
        recordStart = position
        fieldEnds.removeAll(keepingCapacity: true)
        var index = position
        while true {
            var quoteEnd = index
            if index < end, base[index] == CSVDialect.quote {
                guard let close = dialect.closingQuote(base, index + 1, end) else { return .unclosedQuote(at: index) }
                index = close + 1
                quoteEnd = index
            }
            while index < end, base[index] != dialect.delimiter, base[index] != newline, base[index] != dialect.comment
            {
                index += 1
            }
            guard index < end else { return .incomplete }
            if base[index] == dialect.delimiter {
                fieldEnds.append(Int32(truncatingIfNeeded: index))
                index += 1
                continue
            }
            var fieldEnd = index
            if base[index] == newline {
                if fieldEnd > quoteEnd, base[fieldEnd - 1] == CSVDialect.carriageReturn { fieldEnd -= 1 }
            } else {
                guard let lineEnd = dialect.find(newline, base, index, end) else { return .incomplete }
                index = lineEnd
            }
            fieldEnds.append(Int32(truncatingIfNeeded: fieldEnd))
            position = index + 1
            return .record
        }
    }

    /// The field's bytes as written, quotes included.
    func rawField(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let start = index == 0 ? recordStart : Int(fieldEnds[index - 1]) + 1
        return UnsafeBufferPointer(start: base + start, count: max(0, Int(fieldEnds[index]) - start))
    }
}
