import DataModel

extension PythonError {
    /// A decimal result beyond 38 digits.
    static let decimalTooLarge = PythonError("InvalidOperation", "decimal result has more than 38 digits")
}

extension DecimalValue {
    /// The double nearest to the decimal.
    var correctlyRounded: Double { Double(description) ?? doubleValue }

    /// The same number with at least `scale` places; `nil` where it does not fit.
    func rescaled(to wanted: Int) -> DecimalValue? {
        var unscaled = unscaled
        for _ in 0..<max(0, min(wanted - scale, 80)) {
            let (product, overflow) = unscaled.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            unscaled = product
        }
        return DecimalValue(unscaled: unscaled, scale: max(scale, wanted))
    }

    /// Negative, zero or positive as `left` is below, equal to or above `right`.
    static func order(_ left: DecimalValue, _ right: DecimalValue) -> Int {
        let (a, b) = (left.normalized, right.normalized)
        let scale = max(a.scale, b.scale)
        guard let x = a.rescaled(to: scale), let y = b.rescaled(to: scale) else {
            return a.doubleValue < b.doubleValue ? -1 : 1
        }
        return x.unscaled < y.unscaled ? -1 : x.unscaled == y.unscaled ? 0 : 1
    }
}

extension PythonRuntime {
    /// Decimals with decimals, ints and bools; with floats Python has none.
    static func decimals(_ op: BinaryOperator, _ left: Value, _ right: Value) throws(PythonError) -> Value {
        guard let a = exactDecimal(left), let b = exactDecimal(right) else { throw unsupported(op, left, right) }
        switch op {
        case .multiply:
            let (product, overflow) = a.unscaled.multipliedReportingOverflow(by: b.unscaled)
            if overflow { throw .decimalTooLarge }
            return .decimal(DecimalValue(unscaled: product, scale: a.scale + b.scale))
        case .divide: return .decimal(try quotient(a, b))
        case .add, .subtract, .floorDivide, .modulo:
            let scale = max(a.scale, b.scale)
            guard let x = a.rescaled(to: scale), let y = b.rescaled(to: scale) else { throw .decimalTooLarge }
            return try .decimal(combined(op, x, y, scale))
        default: throw unsupported(op, left, right)
        }
    }

    private static func combined(
        _ op: BinaryOperator, _ x: DecimalValue, _ y: DecimalValue, _ scale: Int
    ) throws(PythonError) -> DecimalValue {
        let (result, overflow): (Int128, Bool)
        switch op {
        case .add: (result, overflow) = x.unscaled.addingReportingOverflow(y.unscaled)
        case .subtract: (result, overflow) = x.unscaled.subtractingReportingOverflow(y.unscaled)
        default:
            guard y.unscaled != 0 else {
                throw PythonError(
                    x.unscaled == 0 || op == .modulo ? "InvalidOperation" : "DivisionByZero",
                    "[<class 'decimal.DivisionByZero'>]", arguments: "[<class 'decimal.DivisionByZero'>]")
            }
            if op == .floorDivide {
                (result, overflow) = x.unscaled.dividedReportingOverflow(by: y.unscaled)
                if !overflow { return DecimalValue(unscaled: result, scale: 0) }
            } else {
                (result, overflow) = x.unscaled.remainderReportingOverflow(dividingBy: y.unscaled)
            }
        }
        if overflow { throw .decimalTooLarge }
        return DecimalValue(unscaled: result, scale: scale)
    }

    /// To 28 significant digits rounded half to even, trailing zeros of an exact quotient dropped, as Python's default
    /// context does.
    private static func quotient(_ a: DecimalValue, _ b: DecimalValue) throws(PythonError) -> DecimalValue {
        guard b.unscaled != 0 else {
            throw PythonError(
                a.unscaled == 0 ? "InvalidOperation" : "DivisionByZero", "[<class 'decimal.DivisionByZero'>]",
                arguments: "[<class 'decimal.DivisionByZero'>]")
        }
        let limit: UInt128 = 10_000_000_000_000_000_000_000_000_000
        let divisor = b.unscaled.magnitude
        var (digits, rest) = a.unscaled.magnitude.quotientAndRemainder(dividingBy: divisor)
        var scale = a.scale - b.scale
        guard divisor < UInt128.max / 20 else { throw .decimalTooLarge }
        while rest != 0, digits < limit / 10 {
            let (digit, next) = (rest * 10).quotientAndRemainder(dividingBy: divisor)
            digits = digits * 10 + digit
            rest = next
            scale += 1
        }
        if rest * 2 > divisor || rest * 2 == divisor && digits % 2 == 1 { digits += 1 }
        while scale > max(0, a.scale - b.scale), digits != 0, digits % 10 == 0 {
            digits /= 10
            scale -= 1
        }
        guard let magnitude = Int128(exactly: digits) else { throw .decimalTooLarge }
        var result = DecimalValue(unscaled: (a.unscaled < 0) != (b.unscaled < 0) ? -magnitude : magnitude, scale: scale)
        while result.scale < 0 {
            let (product, overflow) = result.unscaled.multipliedReportingOverflow(by: 10)
            if overflow { throw .decimalTooLarge }
            result = DecimalValue(unscaled: product, scale: result.scale + 1)
        }
        return result
    }

    private static func exactDecimal(_ value: Value) -> DecimalValue? {
        switch value {
        case .decimal(let number): number
        case .int(let number): DecimalValue(unscaled: Int128(number), scale: 0)
        case .boolean(let flag): DecimalValue(unscaled: flag ? 1 : 0, scale: 0)
        default: nil
        }
    }
}
