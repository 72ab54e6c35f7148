/// Doubles as text in the form of Python's `repr`: the shortest digits that read back as the same number, always with
/// a point or an exponent (`1.0`, `0.1`, `1e+16`, `1e-05`, `nan`, `inf`).
public enum DoubleFormatting {
    public static func append(_ number: Double, to bytes: inout [UInt8]) {
        withText(of: number) { bytes.append(contentsOf: $0) }
    }

    public static func append(_ number: Double, to buffer: Buffer<UInt8>) {
        withText(of: number) { text in
            if let start = text.baseAddress { buffer.append(start, count: text.count) }
        }
    }

    public static func description(_ number: Double) -> String {
        withText(of: number) { String(decoding: $0, as: UTF8.self) }
    }

    /// The shortest decimal digits of a finite number and the place of its point: 0.`digits` × 10^`point`.
    ///
    /// Zero is the single digit 0 with its point after it.
    public static func shortestDigits(_ number: Double) -> (digits: [UInt8], point: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var isExponent = false
        var isNegativeExponent = false
        for byte in number.magnitude.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"): isExponent = true
            case UInt8(ascii: "-"): isNegativeExponent = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = byte - UInt8(ascii: "0")
                if isExponent { exponent = exponent * 10 + Int(digit) } else { digits.append(digit) }
            default: break
            }
        }
        var place = (point ?? digits.count) + (isNegativeExponent ? -exponent : exponent)
        let leading = digits.prefix { $0 == 0 }.count
        digits.removeFirst(leading)
        place -= leading
        while digits.last == 0 { digits.removeLast() }
        return digits.isEmpty ? ([0], 1) : (digits, place)
    }

    private static func withText<Result>(of number: Double, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { room in
            let count = quickly(number, room) ?? exactly(number, room)
            return body(UnsafeBufferPointer(rebasing: room[..<count]))
        }
    }

    /// A decimal of at most 15 digits that reads back as the number is its shortest form, so that the first number of
    /// places whose rounding divides back exactly gives the digits without a search.
    private static func quickly(_ number: Double, _ room: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        let magnitude = number.magnitude
        guard magnitude < 1e15, magnitude >= 1e-4 || magnitude == 0 else { return nil }
        var power = 1.0
        var places = 0
        var whole = UInt64(magnitude)
        if Double(whole) != magnitude {
            while true {
                power *= 10
                places += 1
                let scaled = magnitude * power
                guard places <= 8, scaled < 1e15 else { return nil }
                whole = UInt64(scaled + 0.5)
                if Double(whole) / power == magnitude { break }
            }
        }
        var position = 40
        func push(_ byte: UInt8) {
            position -= 1
            room[position] = byte
        }
        if places == 0 {
            push(UInt8(ascii: "0"))
        } else {
            for _ in 0..<places {
                push(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: whole % 10))
                whole /= 10
            }
        }
        push(UInt8(ascii: "."))
        repeat {
            push(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: whole % 10))
            whole /= 10
        } while whole > 0
        if number.sign == .minus { push(UInt8(ascii: "-")) }
        let count = 40 - position
        for index in 0..<count { room[index] = room[position + index] }
        return count
    }

    private static func exactly(_ number: Double, _ room: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var count = 0
        func push(_ byte: UInt8) {
            room[count] = byte
            count += 1
        }
        func push(_ text: StaticString) {
            text.withUTF8Buffer { utf8 in
                for byte in utf8 { push(byte) }
            }
        }
        if number.isNaN {
            push("nan")
            return count
        }
        if number.sign == .minus { push(UInt8(ascii: "-")) }
        if number.isInfinite {
            push("inf")
            return count
        }
        let (digits, point) = shortestDigits(number)
        func push(_ digits: ArraySlice<UInt8>) {
            for digit in digits { push(UInt8(ascii: "0") + digit) }
        }
        if point > 16 || point < -3 {
            push(digits[..<1])
            if digits.count > 1 {
                push(UInt8(ascii: "."))
                push(digits[1...])
            }
            push(UInt8(ascii: "e"))
            push(UInt8(ascii: point > 0 ? "+" : "-"))
            let exponent = abs(point - 1)
            if exponent >= 100 { push(UInt8(ascii: "0") + UInt8(exponent / 100)) }
            push(UInt8(ascii: "0") + UInt8(exponent / 10 % 10))
            push(UInt8(ascii: "0") + UInt8(exponent % 10))
        } else if point <= 0 {
            push("0.")
            for _ in point..<0 { push(UInt8(ascii: "0")) }
            push(digits[...])
        } else if point >= digits.count {
            push(digits[...])
            for _ in digits.count..<point { push(UInt8(ascii: "0")) }
            push(".0")
        } else {
            push(digits[..<point])
            push(UInt8(ascii: "."))
            push(digits[point...])
        }
        return count
    }
}
