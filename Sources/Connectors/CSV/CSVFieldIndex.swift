/// Where the fields of some rows are: for each row the place before its first field, then where each field ends.
///
/// A row has one number more than fields, so that field c is from `row[c] + 1` to `row[c + 1]`; one whose end comes
/// before its start is missing. Columns are then parsed one after the other, each in a loop of its own.
struct CSVFieldIndex {
    enum Problem: Error {
        case fieldCount(found: Int, at: Int)
        case unclosedQuote(at: Int)
    }

    let base: UnsafePointer<UInt8>
    let end: Int
    let fieldCount: Int
    let dialect: CSVDialect
    let places: UnsafeMutablePointer<Int32>
    private let capacity: Int
    private(set) var position: Int
    private(set) var rowCount = 0
    private let isPlain: Bool
    private var scanner: CSVRecordScanner

    var stride: Int { fieldCount + 1 }

    /// The caller calls `deallocate` in the end.
    init(block: Block, fieldCount: Int, dialect: CSVDialect) {
        base = UnsafePointer(block.memory)
        end = block.end
        self.fieldCount = fieldCount
        self.dialect = dialect
        position = block.start
        capacity = max(16 << 10, 4 * (fieldCount + 2) + 256)
        places = .allocate(capacity: capacity)
        isPlain = dialect.comment == nil && !dialect.hasQuote(base + block.start, count: block.end - block.start)
        scanner = CSVRecordScanner(base: base, start: block.start, end: block.end, dialect: dialect)
    }

    func deallocate() { places.deallocate() }

    /// Finds the fields of the next rows; false at the end of the block.
    mutating func advance() throws(Problem) -> Bool {
        rowCount = 0
        if isPlain { try advancePlainly() } else { try advanceScanning() }
        return rowCount > 0
    }

    private mutating func advancePlainly() throws(Problem) {
        let delimiters = SIMD16<UInt8>(repeating: dialect.delimiter)
        let newlines = SIMD16<UInt8>(repeating: CSVDialect.newline)
        let (base, places, fieldCount) = (base, places, fieldCount)
        var group = position
        var rowPlace = 0
        var place = 1
        places[0] = Int32(truncatingIfNeeded: position &- 1)
        while group < end {
            guard place &+ 66 &+ fieldCount < capacity else { break }
            var matches = Word.matches(base + group, delimiters, newlines)
            if end &- group < 64 { matches &= (1 &<< UInt64(truncatingIfNeeded: end &- group)) &- 1 }
            while matches != 0 {
                let found = group &+ matches.trailingZeroBitCount
                matches &= matches &- 1
                places[place] = Int32(truncatingIfNeeded: found)
                place &+= 1
                guard base[found] == CSVDialect.newline else { continue }
                let rowStart = Int(places[rowPlace]) &+ 1
                var lineEnd = found
                if lineEnd > rowStart, base[lineEnd &- 1] == CSVDialect.carriageReturn { lineEnd &-= 1 }
                let count = place &- rowPlace &- 1
                if count == fieldCount, fieldCount > 1 || !isBlank(rowStart, lineEnd) {
                    places[place &- 1] = Int32(truncatingIfNeeded: lineEnd)
                } else if count == 1, isBlank(rowStart, lineEnd) {
                    places[rowPlace] = Int32(truncatingIfNeeded: found)
                    place = rowPlace &+ 1
                    position = found &+ 1
                    continue
                } else {
                    guard count < fieldCount else { throw .fieldCount(found: count, at: rowStart) }
                    for missing in (rowPlace &+ count)...(rowPlace &+ fieldCount) {
                        places[missing] = Int32(truncatingIfNeeded: lineEnd)
                    }
                    place = rowPlace &+ fieldCount &+ 1
                }
                rowCount &+= 1
                rowPlace = place
                places[place] = Int32(truncatingIfNeeded: found)
                place &+= 1
                position = found &+ 1
            }
            group &+= 64
        }
        if rowCount == 0, position < end, group < end {
            // More separators than all places: far too many fields.
            throw .fieldCount(found: place - 1, at: position)
        }
    }

    private func isBlank(_ start: Int, _ end: Int) -> Bool {
        var index = start
        while index < end {
            if base[index] != UInt8(ascii: " "), base[index] != UInt8(ascii: "\t") { return false }
            index += 1
        }
        return true
    }

    private mutating func advanceScanning() throws(Problem) {
        while (rowCount + 1) * stride <= capacity, rowCount < 1024 {
            switch scanner.scan() {
            case .end: return
            case .incomplete: return
            case .unclosedQuote(let place): throw .unclosedQuote(at: place)
            case .record:
                let count = scanner.fieldEnds.count
                guard count <= fieldCount else { throw .fieldCount(found: count, at: scanner.recordStart) }
                let row = places + rowCount * stride
                row[0] = Int32(truncatingIfNeeded: scanner.recordStart - 1)
                for index in 0..<count { row[index + 1] = scanner.fieldEnds[index] }
                let last = scanner.fieldEnds[count - 1]
                for index in count..<max(count, fieldCount) { row[index + 1] = last }
                rowCount += 1
                position = scanner.position
            }
        }
    }
}
