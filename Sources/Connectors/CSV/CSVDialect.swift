#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The bytes that mean something in a CSV file.
struct CSVDialect: Sendable, RecordBoundary {
    static let quote = UInt8(ascii: "\"")
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")

    let delimiter: UInt8
    let comment: UInt8?

    func hasQuote(_ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
        memchr(bytes, Int32(Self.quote), count) != nil
    }

    /// The last newline outside quotes. A quote opens only where a field begins, as pandas reads it.
    func lastRecordEnd(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        if comment != nil { return lastRecordEnd(scanning: bytes) }
        var lastNewline = -1
        var position = 0
        while position < bytes.count {
            guard let open = find(Self.quote, base, position, bytes.count) else { break }
            if open > 0, base[open - 1] != delimiter, base[open - 1] != Self.newline {
                // A quote within a field: newlines before it count all the same.
                if let newline = findLast(Self.newline, base, position, open) { lastNewline = newline }
                position = open + 1
                continue
            }
            if let newline = findLast(Self.newline, base, position, open) { lastNewline = newline }
            guard let close = closingQuote(base, open + 1, bytes.count) else { return lastNewline + 1 }
            // A quote at the very end may turn out to be the first of two.
            if close == bytes.count - 1 { return lastNewline + 1 }
            position = close + 1
        }
        return (findLast(Self.newline, base, position, bytes.count) ?? lastNewline) + 1
    }

    /// With comments each record has to be looked at, since quotes in them mean nothing.
    private func lastRecordEnd(scanning bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var scanner = CSVRecordScanner(base: base, end: bytes.count, dialect: self)
        var end = 0
        while scanner.position < bytes.count, scanner.scan() == .record || scanner.wasSkipped {
            end = scanner.position
        }
        return end
    }

    /// The quote that ends a quoted field whose content begins at `start`; doubled quotes are part of it.
    @inline(__always)
    func closingQuote(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var position = start
        while let quote = find(Self.quote, base, position, end) {
            if quote + 1 < end, base[quote + 1] == Self.quote {
                position = quote + 2
            } else {
                return quote
            }
        }
        return nil
    }

    @inline(__always)
    func find(_ byte: UInt8, _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
        guard start < end, let found = memchr(base + start, Int32(byte), end - start) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private func findLast(_ byte: UInt8, _ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = end - 1
        while index >= start {
            if base[index] == byte { return index }
            index -= 1
        }
        return nil
    }
}
