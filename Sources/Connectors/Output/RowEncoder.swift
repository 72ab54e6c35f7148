import DataModel

/// Turns rows into a format's bytes.
protocol RowEncoder: Sendable {
    /// What each file begins with, such as a header.
    var preamble: [UInt8] { get }
    /// What each file ends with.
    var postamble: [UInt8] { get }

    /// Appends the rows of a range.
    func encode(_ batch: Batch, rows: Range<Int>, to out: Buffer<UInt8>) throws
}

extension RowEncoder {
    var preamble: [UInt8] { [] }
    var postamble: [UInt8] { [] }
}

extension Buffer<UInt8> {
    @inline(__always)
    func append(ascii scalar: Unicode.Scalar) { append(UInt8(truncatingIfNeeded: scalar.value)) }

    func append(text: StaticString) { append(text.utf8Start, count: text.utf8CodeUnitCount) }

    func append(bytes: UnsafeBufferPointer<UInt8>) {
        if let start = bytes.baseAddress { append(start, count: bytes.count) }
    }

    func append(utf8 text: String) {
        var text = text
        text.withUTF8 { append(bytes: $0) }
    }

    /// Decimal digits, two at a time.
    func append(decimal number: Int64) {
        reserve(count + 20)
        var magnitude = number.magnitude
        var length = 1
        var limit: UInt64 = 10
        while magnitude >= limit {
            length += 1
            let (next, overflow) = limit.multipliedReportingOverflow(by: 10)
            if overflow { break }
            limit = next
        }
        if number < 0 {
            pointer[count] = UInt8(ascii: "-")
            count += 1
        }
        var place = pointer + count + length
        count += length
        while magnitude >= 100 {
            let rest = magnitude % 100
            magnitude /= 100
            place -= 2
            place[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest / 10)
            place[1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
        }
        if magnitude >= 10 {
            place[-2] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude / 10)
        }
        place[-1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude % 10)
    }
}
