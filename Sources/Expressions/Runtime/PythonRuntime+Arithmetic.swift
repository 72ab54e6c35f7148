import DataModel

extension PythonRuntime {
    /// `left op right`.
    static func binary(_ op: BinaryOperator, _ left: Value, _ right: Value) throws(PythonError) -> Value {
        switch (left, right) {
        case (.int(let a), .int(let b)): return try integers(op, a, b)
        case (.double(let a), .double(let b)): return try doubles(op, a, b, left, right)
        case (.int(let a), .double(let b)): return try doubles(op, Double(a), b, left, right)
        case (.double(let a), .int(let b)): return try doubles(op, a, Double(b), left, right)
        case (.boolean(let a), .boolean(let b)):
            switch op {
            case .bitAnd: return .boolean(a && b)
            case .bitOr: return .boolean(a || b)
            case .bitXor: return .boolean(a != b)
            default: return try integers(op, a ? 1 : 0, b ? 1 : 0)
            }
        case (.boolean(let a), _): return try binaryWithBoolean(op, .int(a ? 1 : 0), right, left, right)
        case (_, .boolean(let b)): return try binaryWithBoolean(op, left, .int(b ? 1 : 0), left, right)
        case (.string, _) where op == .modulo, (.bytes, _) where op == .modulo:
            return try percentFormat(left, right)
        case (.string, _) where op == .add || op == .multiply, (.bytes, _) where op == .add || op == .multiply,
            (.list, _) where op == .add || op == .multiply, (_, .string) where op == .multiply,
            (_, .bytes) where op == .multiply, (_, .list) where op == .multiply:
            return try sequences(op, left, right)
        case (.timestamp, _), (.duration, _), (.date, _), (.datetime, _), (_, .timestamp), (_, .duration),
            (_, .date), (_, .datetime):
            return try temporal(op, left, right)
        case (.decimal, _), (_, .decimal): return try decimals(op, left, right)
        default: return try sequences(op, left, right)
        }
    }

    /// Numbers and repetition count a bool as an int; the error still names it `bool`.
    private static func binaryWithBoolean(
        _ op: BinaryOperator, _ left: Value, _ right: Value, _ shownLeft: Value, _ shownRight: Value
    ) throws(PythonError) -> Value {
        switch (left, right) {
        case (.null, _), (_, .null), (.map, _), (_, .map), (.row, _), (_, .row):
            throw unsupported(op, shownLeft, shownRight)
        case (.int, .string), (.int, .list), (.int, .bytes):
            guard op == .multiply else { throw unsupported(op, shownLeft, shownRight) }
        case (.string, .int), (.list, .int), (.bytes, .int):
            if op == .modulo, case .string = left { return try percentFormat(shownLeft, shownRight) }
            if op == .add { return try sequences(op, shownLeft, shownRight) }
            guard op == .multiply else { throw unsupported(op, shownLeft, shownRight) }
        case (.double, .int), (.int, .double):
            switch op {
            case .leftShift, .rightShift, .bitAnd, .bitOr, .bitXor: throw unsupported(op, shownLeft, shownRight)
            default: break
            }
        case (.date, _), (.datetime, _), (.duration, _), (.timestamp, _), (_, .date), (_, .datetime), (_, .duration),
            (_, .timestamp):
            do {
                return try temporal(op, left, right)
            } catch  where error.type == "TypeError" {
                throw unsupported(op, shownLeft, shownRight)
            }
        default: break
        }
        return try binary(op, left, right)
    }

    static func unsupported(_ op: BinaryOperator, _ left: Value, _ right: Value) -> PythonError {
        .typeError("unsupported operand type(s) for \(op.rawValue): '\(typeName(left))' and '\(typeName(right))'")
    }

    /// `-value`, `+value`, `~value`, `not value`.
    static func unary(_ op: UnaryOperator, _ value: Value) throws(PythonError) -> Value {
        switch (op, value) {
        case (.not, _): return .boolean(!isTrue(value))
        case (_, .boolean(let flag)): return try unary(op, .int(flag ? 1 : 0))
        case (.negate, .int(let number)):
            guard number != .min else { throw .integerTooLarge }
            return .int(-number)
        case (.plus, .int), (.plus, .double), (.plus, .decimal), (.plus, .duration): return value
        case (.invert, .int(let number)): return .int(~number)
        case (.negate, .double(let number)): return .double(-number)
        case (.negate, .decimal(let number)):
            guard number.unscaled != .min else { throw .decimalTooLarge }
            return .decimal(DecimalValue(unscaled: -number.unscaled, scale: number.scale))
        case (.negate, .duration(let micros)):
            guard micros != .min else { throw .integerTooLarge }
            return .duration(-micros)
        default:
            let sign =
                switch op {
                case .negate: "-"
                case .plus: "+"
                case .invert: "~"
                case .not: "not"
                }
            throw .typeError("bad operand type for unary \(sign): '\(typeName(value))'")
        }
    }

    // MARK: Integers

    static func integers(_ op: BinaryOperator, _ a: Int64, _ b: Int64) throws(PythonError) -> Value {
        let (result, overflow): (Int64, Bool)
        switch op {
        case .add: (result, overflow) = a.addingReportingOverflow(b)
        case .subtract: (result, overflow) = a.subtractingReportingOverflow(b)
        case .multiply: (result, overflow) = a.multipliedReportingOverflow(by: b)
        case .divide: return .double(try trueDivide(a, b))
        case .floorDivide:
            guard b != 0 else { throw .zeroDivision("integer division or modulo by zero") }
            (result, overflow) = floorDivide(a, b)
        case .modulo:
            guard b != 0 else { throw .zeroDivision("integer modulo by zero") }
            (result, overflow) = (floorModulo(a, b), false)
        case .power:
            if b < 0 { return try doubles(.power, Double(a), Double(b), .int(a), .int(b)) }
            return .int(try integerPower(a, b))
        case .leftShift:
            guard b >= 0 else { throw .valueError("negative shift count") }
            if a == 0 { return .int(0) }
            guard b < 64 else { throw .integerTooLarge }
            result = a << b
            overflow = result >> b != a
        case .rightShift:
            guard b >= 0 else { throw .valueError("negative shift count") }
            (result, overflow) = (a >> min(b, 63), false)
        case .bitAnd: (result, overflow) = (a & b, false)
        case .bitOr: (result, overflow) = (a | b, false)
        case .bitXor: (result, overflow) = (a ^ b, false)
        }
        if overflow { throw .integerTooLarge }
        return .int(result)
    }

    /// `a / b`, rounded once as CPython does it: through doubles only where both are exact there.
    static func trueDivide(_ a: Int64, _ b: Int64) throws(PythonError) -> Double {
        guard b != 0 else { throw .divisionByZero }
        let exact: UInt64 = 1 << 53
        if a.magnitude <= exact, b.magnitude <= exact { return Double(a) / Double(b) }
        return correctlyRoundedQuotient(a, b)
    }

    /// The quotient with 64 bits or more and a sticky bit below them, so that one rounding to 53 bits is right.
    private static func correctlyRoundedQuotient(_ a: Int64, _ b: Int64) -> Double {
        guard a != 0 else { return b < 0 ? -0.0 : 0 }
        let shift = UInt128(a.magnitude).leadingZeroBitCount
        let (quotient, remainder) = (UInt128(a.magnitude) << UInt128(shift))
            .quotientAndRemainder(dividingBy: UInt128(b.magnitude))
        let sticky = Double(quotient | (remainder == 0 ? 0 : 1))
        let magnitude = Double(sign: .plus, exponent: -shift, significand: sticky)
        return (a < 0) != (b < 0) ? -magnitude : magnitude
    }

    static func floorDivide(_ a: Int64, _ b: Int64) -> (partialValue: Int64, overflow: Bool) {
        let (quotient, overflow) = a.dividedReportingOverflow(by: b)
        if overflow { return (0, true) }
        return (a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient, false)
    }

    static func floorModulo(_ a: Int64, _ b: Int64) -> Int64 {
        let remainder = b == -1 ? 0 : a % b
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
    }

    private static func integerPower(_ base: Int64, _ exponent: Int64) throws(PythonError) -> Int64 {
        switch base {
        case 0: return exponent == 0 ? 1 : 0
        case 1: return 1
        case -1: return exponent % 2 == 0 ? 1 : -1
        default: break
        }
        guard exponent < 64 else { throw .integerTooLarge }
        var result: Int64 = 1
        for _ in 0..<exponent {
            let (product, overflow) = result.multipliedReportingOverflow(by: base)
            if overflow { throw .integerTooLarge }
            result = product
        }
        return result
    }

    // MARK: Doubles

    private static func doubles(
        _ op: BinaryOperator, _ a: Double, _ b: Double, _ left: Value, _ right: Value
    ) throws(PythonError) -> Value {
        switch op {
        case .add: return .double(a + b)
        case .subtract: return .double(a - b)
        case .multiply: return .double(a * b)
        case .divide:
            guard b != 0 else { throw .zeroDivision("float division by zero") }
            return .double(a / b)
        case .floorDivide:
            guard b != 0 else { throw .zeroDivision("float floor division by zero") }
            return .double(floorDivmod(a, b).quotient)
        case .modulo:
            guard b != 0 else { throw .zeroDivision("float modulo") }
            return .double(floorDivmod(a, b).remainder)
        case .power: return .double(try power(a, b))
        default: throw unsupported(op, left, right)
        }
    }

    /// `divmod(a, b)` for a divisor other than zero; source: CPython's `_float_div_mod`.
    static func floorDivmod(_ a: Double, _ b: Double) -> (quotient: Double, remainder: Double) {
        var remainder = a.truncatingRemainder(dividingBy: b)
        var quotient = (a - remainder) / b
        if remainder != 0 {
            if (b < 0) != (remainder < 0) {
                remainder += b
                quotient -= 1
            }
        } else {
            remainder = b.sign == .minus ? -0.0 : 0.0
        }
        if quotient == 0 {
            return ((a / b).sign == .minus ? -0.0 : 0.0, remainder)
        }
        var floored = quotient.rounded(.down)
        if quotient - floored > 0.5 { floored += 1 }
        return (floored, remainder)
    }

    private static func power(_ base: Double, _ exponent: Double) throws(PythonError) -> Double {
        if exponent == 0 || base == 1 { return 1 }
        if base.isNaN || exponent.isNaN { return .nan }
        if base == 0, exponent < 0, exponent.isFinite {
            throw .zeroDivision("0.0 cannot be raised to a negative power")
        }
        if base < 0, base.isFinite, exponent.isFinite, exponent != exponent.rounded() {
            throw .valueError("complex results of '**' are not supported")
        }
        let result = CMath.pow(base, exponent)
        if result.isInfinite, base.isFinite, exponent.isFinite { throw .floatTooLarge }
        return result
    }

    // MARK: Sequences and mappings

    private static func sequences(_ op: BinaryOperator, _ left: Value, _ right: Value) throws(PythonError) -> Value {
        switch (op, left, right) {
        case (.add, .string(let a), .string(let b)):
            guard a.utf8.count + b.utf8.count <= maximumBytes else { throw .memory }
            return .string(a + b)
        case (.add, .list(let a), .list(let b)):
            guard a.count + b.count <= maximumElements else { throw .memory }
            return .list(a + b)
        case (.add, .bytes(let a), .bytes(let b)):
            guard a.count + b.count <= maximumBytes else { throw .memory }
            return .bytes(a + b)
        case (.add, .string, _):
            throw .typeError("can only concatenate str (not \"\(typeName(right))\") to str")
        case (.add, .list, _):
            throw .typeError("can only concatenate list (not \"\(typeName(right))\") to list")
        case (.add, .bytes, _): throw .typeError("can't concat \(typeName(right)) to bytes")
        case (.multiply, .string, _), (.multiply, .list, _), (.multiply, .bytes, _):
            guard case .int(let count) = right else {
                throw .typeError("can't multiply sequence by non-int of type '\(typeName(right))'")
            }
            return try repeated(left, count)
        case (.multiply, _, .string), (.multiply, _, .list), (.multiply, _, .bytes):
            guard case .int(let count) = left else {
                throw .typeError("can't multiply sequence by non-int of type '\(typeName(left))'")
            }
            return try repeated(right, count)
        case (.bitOr, .map(var a), .map(let b)):
            for (key, value) in b.entries { a[key] = value }
            return .map(a)
        default: throw unsupported(op, left, right)
        }
    }

    private static func repeated(_ value: Value, _ count: Int64) throws(PythonError) -> Value {
        func checked(_ length: Int, _ limit: Int) throws(PythonError) -> Int {
            guard count > 0, length > 0 else { return 0 }
            guard count <= Int64(limit / length) else { throw .memory }
            return Int(count)
        }
        switch value {
        case .string(let text):
            return .string(String(repeating: text, count: try checked(text.utf8.count, maximumBytes)))
        case .bytes(let bytes):
            let times = try checked(bytes.count, maximumBytes)
            var result: [UInt8] = []
            result.reserveCapacity(bytes.count * times)
            for _ in 0..<times { result += bytes }
            return .bytes(result)
        case .list(let elements):
            let times = try checked(elements.count, maximumElements)
            var result: [Value] = []
            for _ in 0..<times { result += elements }
            return .list(result)
        default: return value
        }
    }
}
