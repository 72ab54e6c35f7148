import DataModel

/// Text that is not JSON.
struct JSONFailure: Error {
    /// The place in the block.
    let position: Int
    let message: String
}

/// A place in JSON text. The bytes up to `end` are UTF-8, and some bytes behind may be read.
struct JSONCursor {
    /// Deeper nesting is refused.
    static let maximumDepth = 128

    let base: UnsafePointer<UInt8>
    let end: Int
    /// Whether a newline ends a record, so that it cannot stand within one.
    let isLines: Bool
    var position: Int

    @inline(__always)
    var byte: UInt8 { position < end ? base[position] : 0 }

    func failure(_ message: String) -> JSONFailure { JSONFailure(position: position, message: message) }

    func expected(_ what: String) -> JSONFailure {
        if position >= end || isLines && base[position] == UInt8(ascii: "\n") {
            return failure("the record ends where \(what) should be")
        }
        let found = UnsafeBufferPointer(start: base + position, count: 1).excerpt
        return failure(
            found.utf8.count == 1 && base[position] < 0x80
                ? "found '\(found)' where \(what) should be" : "\(what) is missing")
    }

    @inline(__always)
    mutating func skipBlanks() {
        while position < end {
            let byte = base[position]
            if byte > 0x20 { return }
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A && !isLines else { return }
            position &+= 1
        }
    }

    @inline(__always)
    mutating func consume(_ wanted: Unicode.Scalar) -> Bool {
        guard position < end, base[position] == UInt8(truncatingIfNeeded: wanted.value) else { return false }
        position &+= 1
        return true
    }

    mutating func consume(literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard end - position >= count else { return false }
        for index in 0..<count where base[position + index] != literal.utf8Start[index] { return false }
        position += count
        return true
    }

    /// Goes to the quote that ends a string, from behind the one that began it. Returns whether there are escapes.
    @inline(__always)
    mutating func findStringEnd() throws(JSONFailure) -> Bool {
        var hasEscapes = false
        while position < end {
            let word = Word.load(base + position)
            let special =
                Word.zeroBytes(word ^ Word.repeating(UInt8(ascii: "\"")))
                | Word.zeroBytes(word ^ Word.repeating(UInt8(ascii: "\\")))
                | Word.zeroBytes(word & 0xE0E0_E0E0_E0E0_E0E0)
            if special == 0 {
                position &+= 8
                continue
            }
            position &+= special.trailingZeroBitCount &>> 3
            guard position < end else { break }
            let byte = base[position]
            if byte == UInt8(ascii: "\"") { return hasEscapes }
            guard byte == UInt8(ascii: "\\") else {
                throw failure(
                    byte == UInt8(ascii: "\n") ? "a string is not closed" : "a control character must be escaped")
            }
            hasEscapes = true
            position &+= 2
        }
        position = end
        throw failure("a string is not closed")
    }

    /// The bytes of a number; strict, as RFC 8259 has it.
    @inline(__always)
    mutating func number() throws(JSONFailure) -> (text: UnsafeBufferPointer<UInt8>, isInteger: Bool) {
        let start = position
        var isInteger = true
        if byte == UInt8(ascii: "-") { position &+= 1 }
        let digits = position
        guard skipDigits() else { throw expected("a value") }
        if base[digits] == UInt8(ascii: "0"), position > digits &+ 1 {
            throw JSONFailure(position: start, message: "a number must not begin with 0")
        }
        if byte == UInt8(ascii: ".") {
            isInteger = false
            position &+= 1
            guard skipDigits() else { throw expected("a digit") }
        }
        if byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position &+= 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position &+= 1 }
            guard skipDigits() else { throw expected("a digit") }
        }
        return (UnsafeBufferPointer(start: base + start, count: position &- start), isInteger)
    }

    @inline(__always)
    private mutating func skipDigits() -> Bool {
        let start = position
        while position < end, base[position] &- UInt8(ascii: "0") <= 9 { position &+= 1 }
        return position > start
    }
}
