import DataModel

/// `abs`, `divmod`, `pow` and `round`.
enum NumberFunctions {
    static func call(
        _ name: String, _ first: Value, _ second: Value?, _ bound: [Value?]
    ) throws(PythonError) -> Value {
        switch name {
        case "abs": return try absolute(first)
        case "divmod":
            let right = second ?? .null
            if PythonRuntime.index(first) != nil, PythonRuntime.index(right) == 0 {
                throw .zeroDivision("integer division or modulo by zero")
            }
            if PythonRuntime.index(first) == nil || PythonRuntime.index(right) == nil,
                let a = PythonRuntime.real(first), let b = PythonRuntime.real(right)
            {
                guard b != 0 else { throw .zeroDivision("float divmod()") }
                let (quotient, remainder) = PythonRuntime.floorDivmod(a, b)
                return .list([.double(quotient), .double(remainder)])
            }
            guard PythonRuntime.index(first) != nil, PythonRuntime.index(right) != nil else {
                throw .typeError(
                    "unsupported operand type(s) for divmod(): '\(PythonRuntime.typeName(first))' and "
                        + "'\(PythonRuntime.typeName(right))'")
            }
            return .list([
                try PythonRuntime.binary(.floorDivide, first, right), try PythonRuntime.binary(.modulo, first, right),
            ])
        case "pow":
            if let modulus = bound[2], !modulus.isNull { return try power(first, second ?? .null, modulus) }
            return try PythonRuntime.binary(.power, first, second ?? .null)
        default: return try round(first, second)
        }
    }

    private static func absolute(_ value: Value) throws(PythonError) -> Value {
        switch value {
        case .int(let number):
            guard number != .min else { throw .integerTooLarge }
            return .int(abs(number))
        case .boolean(let flag): return .int(flag ? 1 : 0)
        case .double(let number): return .double(number.magnitude)
        case .decimal(let number): return number.unscaled < 0 ? try PythonRuntime.unary(.negate, value) : value
        case .duration(let micros): return micros < 0 ? try PythonRuntime.unary(.negate, value) : value
        default: throw .typeError("bad operand type for abs(): '\(PythonRuntime.typeName(value))'")
        }
    }

    private static func power(_ base: Value, _ exponent: Value, _ modulus: Value) throws(PythonError) -> Value {
        guard let base = PythonRuntime.index(base), var exponent = PythonRuntime.index(exponent),
            let modulus = PythonRuntime.index(modulus)
        else { throw .typeError("pow() 3rd argument not allowed unless all arguments are integers") }
        guard modulus != 0 else { throw .valueError("pow() 3rd argument cannot be 0") }
        guard modulus != .min, exponent != .min else { throw .integerTooLarge }
        let divisor = Int128(abs(modulus))
        func reduced(_ number: Int128) -> Int128 {
            let rest = number % divisor
            return rest < 0 ? rest + divisor : rest
        }
        var square = reduced(Int128(base))
        if exponent < 0 {
            guard let inverse = inverse(square, divisor) else {
                throw .valueError("base is not invertible for the given modulus")
            }
            (square, exponent) = (reduced(inverse), -exponent)
        }
        var result = reduced(1)
        while exponent > 0 {
            if exponent & 1 == 1 { result = reduced(result * square) }
            square = reduced(square * square)
            exponent >>= 1
        }
        if modulus < 0, result != 0 { result -= divisor }
        return .int(Int64(result))
    }

    /// The multiplicative inverse by the extended Euclidean algorithm.
    private static func inverse(_ number: Int128, _ modulus: Int128) -> Int128? {
        var (a, b) = (number, modulus)
        var (x, y): (Int128, Int128) = (1, 0)
        while b != 0 {
            let quotient = a / b
            (a, b) = (b, a - quotient * b)
            (x, y) = (y, x - quotient * y)
        }
        return a == 1 ? x : nil
    }

    private static func round(_ value: Value, _ digits: Value?) throws(PythonError) -> Value {
        let places = try digits.flatMap { $0.isNull ? nil : $0 }
            .map { value throws(PythonError) in try PythonRuntime.integer(value) }
        switch value {
        case .int(let number): return .int(try round(number, places))
        case .boolean(let flag): return .int(try round(flag ? 1 : 0, places))
        case .double(let number):
            guard let places else { return .int(try NumberParsing.truncated(number.rounded(.toNearestOrEven))) }
            return .double(try round(number, places))
        case .decimal(let number):
            guard let rounded = number.rounded(toPlaces: places ?? 0) else { throw .decimalTooLarge }
            guard places == nil else { return .decimal(rounded) }
            guard let whole = Int64(exactly: rounded.unscaled) else { throw .integerTooLarge }
            return .int(whole)
        default: throw .typeError("type \(PythonRuntime.typeName(value)) doesn't define __round__ method")
        }
    }

    private static func round(_ number: Int64, _ places: Int?) throws(PythonError) -> Int64 {
        guard let places, places < 0 else { return number }
        guard places >= -19 else { return 0 }
        var unit: Int128 = 1
        for _ in 0..<(-places) { unit *= 10 }
        var (quotient, rest) = Int128(number).quotientAndRemainder(dividingBy: unit)
        rest = rest < 0 ? -rest : rest
        if rest * 2 > unit || rest * 2 == unit && quotient % 2 != 0 { quotient += number < 0 ? -1 : 1 }
        guard let result = Int64(exactly: quotient * unit) else { throw .integerTooLarge }
        return result
    }

    /// Rounds the exact decimal expansion of the double half to even, as CPython does.
    static func round(_ number: Double, _ places: Int) throws(PythonError) -> Double {
        guard number.isFinite, places <= 323 else { return number }
        guard places >= -308 else { return 0.0 * number }
        if places >= 0 {
            if number.magnitude >= 0x1p53 { return number }
            let text = CMath.formatted(number, conversion: "f", precision: places)
            return Double(text) ?? number
        }
        let whole = number.magnitude.rounded(.down)
        var digits = Array(CMath.formatted(whole, conversion: "f", precision: 0).utf8)
        let dropped = -places
        let hasFraction = whole != number.magnitude
        while digits.count < dropped + 1 { digits.insert(UInt8(ascii: "0"), at: 0) }
        let kept = digits.dropLast(dropped)
        let rest = digits.suffix(dropped)
        let half = [UInt8(ascii: "5")] + [UInt8](repeating: UInt8(ascii: "0"), count: dropped - 1)
        let isAboveHalf = half.lexicographicallyPrecedes(rest) || rest.elementsEqual(half) && hasFraction
        let isHalf = rest.elementsEqual(half) && !hasFraction
        let isOdd = (kept.last ?? UInt8(ascii: "0")) & 1 == 1
        let text = String(decoding: kept, as: UTF8.self)
        let bump = isAboveHalf || isHalf && isOdd
        let result = Double("\(incremented(text, by: bump))e\(dropped)") ?? number
        guard result.isFinite else { throw .overflow("rounded value too large to represent") }
        return number.sign == .minus ? -result : result
    }

    private static func incremented(_ digits: String, by bump: Bool) -> String {
        guard bump else { return digits }
        var bytes = Array(digits.utf8)
        var index = bytes.count - 1
        while index >= 0 {
            if bytes[index] < UInt8(ascii: "9") {
                bytes[index] += 1
                return String(decoding: bytes, as: UTF8.self)
            }
            bytes[index] = UInt8(ascii: "0")
            index -= 1
        }
        return "1" + String(decoding: bytes, as: UTF8.self)
    }
}
