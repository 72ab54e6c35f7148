import DataModel

/// Appends to a buffer with the place kept in a register: the buffer's count is right only after `close`.
struct ByteSink {
    private let buffer: Buffer<UInt8>
    private(set) var place: UnsafeMutablePointer<UInt8>
    private var limit: UnsafeMutablePointer<UInt8>

    init(_ buffer: Buffer<UInt8>) {
        self.buffer = buffer
        place = buffer.pointer + buffer.count
        limit = buffer.pointer + buffer.capacity
    }

    /// Makes room for so many bytes more.
    @inline(__always)
    mutating func reserve(_ count: Int) {
        if limit - place < count { grow(count) }
    }

    @inline(never)
    private mutating func grow(_ added: Int) {
        close()
        buffer.reserve(buffer.count + added)
        place = buffer.pointer + buffer.count
        limit = buffer.pointer + buffer.capacity
    }

    func close() { buffer.count = place - buffer.pointer }

    /// Lets others append to the buffer in between.
    mutating func detached(_ body: (Buffer<UInt8>) -> Void) {
        close()
        body(buffer)
        place = buffer.pointer + buffer.count
        limit = buffer.pointer + buffer.capacity
    }

    /// Room must have been made for it, as for all that follow.
    @inline(__always)
    mutating func put(_ byte: UInt8) {
        place[0] = byte
        place += 1
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        place.update(from: text.utf8Start, count: count)
        place += count
    }

    /// The bytes as they are.
    @inline(__always)
    mutating func put(_ text: UnsafeBufferPointer<UInt8>) {
        guard let start = text.baseAddress else { return }
        place.update(from: start, count: text.count)
        place += text.count
    }

    /// Up to 20 bytes.
    @inline(__always)
    mutating func put(decimal number: Int64) {
        var magnitude = number.magnitude
        if number < 0 { put(UInt8(ascii: "-")) }
        if magnitude < 10 { return put(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude)) }
        let length = Self.digitCount(magnitude)
        var end = place + length
        place = end
        while magnitude >= 100 {
            let quotient = magnitude / 100
            let pair = Int(truncatingIfNeeded: magnitude &- quotient &* 100) &* 2
            magnitude = quotient
            end -= 2
            Self.digitPairs.withUTF8Buffer { pairs in
                end[0] = pairs[pair]
                end[1] = pairs[pair &+ 1]
            }
        }
        if magnitude >= 10 {
            end[-2] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude / 10)
            end[-1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude % 10)
        } else {
            end[-1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude)
        }
    }

    private static let digitPairs: StaticString = """
        0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
        5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """

    @inline(__always)
    private static func digitCount(_ number: UInt64) -> Int {
        if number < 10_000 { return number < 100 ? (number < 10 ? 1 : 2) : (number < 1000 ? 3 : 4) }
        var count = 4
        var rest = number / 10_000
        while rest > 0 {
            rest /= 10
            count &+= 1
        }
        return count
    }

    /// Up to 32 bytes in the form of Python's `repr`.
    @inline(__always)
    mutating func put(double number: Double) {
        if putShortDecimal(number) { return }
        detached { DoubleFormatting.append(number, to: $0) }
        reserve(32)
    }

    /// A number that is a decimal of at most eight places and 15 digits: its first exact rounding is its shortest form.
    @inline(__always)
    private mutating func putShortDecimal(_ number: Double) -> Bool {
        let magnitude = number.magnitude
        guard magnitude < 1e6, magnitude >= 1e-3 || number == 0 && number.sign == .plus else { return false }
        // Rounded at eight places at once, then checked: one division instead of one for each number of places.
        let scaled = (magnitude * 1e8).rounded()
        guard scaled / 1e8 == magnitude else { return false }
        var digits = UInt64(scaled)
        let whole = digits / 100_000_000
        digits %= 100_000_000
        if number < 0 { put(UInt8(ascii: "-")) }
        put(decimal: Int64(whole))
        put(UInt8(ascii: "."))
        var places = 8
        if digits % 10_000 == 0 {
            digits /= 10_000
            places = 4
        }
        if digits == 0 {
            put(UInt8(ascii: "0"))
            return true
        }
        while digits % 10 == 0 {
            digits /= 10
            places &-= 1
        }
        var index = places
        while index > 0 {
            index &-= 1
            place[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digits % 10)
            digits /= 10
        }
        place += places
        return true
    }
}
