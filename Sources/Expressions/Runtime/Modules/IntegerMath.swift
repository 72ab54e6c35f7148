import DataModel

/// The functions of `math` that give integers.
enum IntegerMath {
    static func call(_ name: String, _ bound: [Value?]) throws(PythonError) -> Int64 {
        switch name {
        case "floor", "ceil", "trunc": return try rounded(name, bound[0] ?? .null)
        case "factorial": return try factorial(try PythonRuntime.integer(bound[0] ?? .null))
        case "isqrt":
            let number = try PythonRuntime.integer(bound[0] ?? .null)
            guard number >= 0 else { throw .valueError("isqrt() argument must be nonnegative") }
            return squareRoot(Int64(number))
        case "gcd", "lcm":
            var result: UInt64 = name == "gcd" ? 0 : 1
            for value in bound {
                let number = UInt64(try PythonRuntime.integer(value ?? .null).magnitude)
                result = name == "gcd" ? divisor(result, number) : try multiple(result, number)
            }
            guard let signed = Int64(exactly: result) else { throw .integerTooLarge }
            return signed
        default: return try arrangements(name, bound)
        }
    }

    private static func rounded(_ name: String, _ value: Value) throws(PythonError) -> Int64 {
        if let number = PythonRuntime.index(value) { return number }
        if name == "trunc" {
            switch value {
            case .double, .decimal, .timestamp: break
            default: throw .typeError("type \(PythonRuntime.typeName(value)) doesn't define __trunc__ method")
            }
        }
        let number = try MathModule.real(value)
        if name == "trunc" { return try NumberParsing.truncated(number) }
        return try NumberParsing.truncated(number.rounded(name == "floor" ? .down : .up))
    }

    private static func factorial(_ number: Int) throws(PythonError) -> Int64 {
        guard number >= 0 else { throw .valueError("factorial() not defined for negative values") }
        guard number <= 20 else { throw .integerTooLarge }
        return (0..<number).reduce(1) { $0 * Int64($1 + 1) }
    }

    private static func squareRoot(_ number: Int64) -> Int64 {
        var root = Int64(Double(number).squareRoot())
        while root > 0, root.multipliedReportingOverflow(by: root).overflow || root * root > number { root -= 1 }
        while true {
            let (square, overflow) = (root + 1).multipliedReportingOverflow(by: root + 1)
            if overflow || square > number { return root }
            root += 1
        }
    }

    private static func divisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        return x
    }

    private static func multiple(_ a: UInt64, _ b: UInt64) throws(PythonError) -> UInt64 {
        if a == 0 || b == 0 { return 0 }
        let (product, overflow) = (a / divisor(a, b)).multipliedReportingOverflow(by: b)
        if overflow { throw .integerTooLarge }
        return product
    }

    /// `comb(n, k)` and `perm(n, k)`, exact while they fit 64 bits.
    private static func arrangements(_ name: String, _ bound: [Value?]) throws(PythonError) -> Int64 {
        let n = try PythonRuntime.integer(bound[0] ?? .null)
        let second = bound[1] ?? .null
        if name == "perm", second.isNull { return try factorial(n) }
        var k = try PythonRuntime.integer(second)
        guard n >= 0 else { throw .valueError("n must be a non-negative integer") }
        guard k >= 0 else { throw .valueError("k must be a non-negative integer") }
        guard k <= n else { return 0 }
        if name == "comb" { k = min(k, n - k) }
        var result: Int128 = 1
        for index in 0..<k {
            result *= Int128(n - index)
            if name == "comb" { result /= Int128(index + 1) }
            guard result <= Int128(Int64.max) else { throw .integerTooLarge }
        }
        return Int64(result)
    }
}

/// Sums of doubles without lost digits.
enum FloatSums {
    /// Shewchuk's algorithm, as CPython's `math.fsum`.
    static func exact(_ numbers: [Double]) throws(PythonError) -> Double {
        var partials: [Double] = []
        var special = 0.0
        var infinite = 0.0
        for number in numbers {
            var x = number
            var kept = 0
            for index in partials.indices {
                var y = partials[index]
                if x.magnitude < y.magnitude { swap(&x, &y) }
                let high = x + y
                let low = y - (high - x)
                if low != 0 {
                    partials[kept] = low
                    kept += 1
                }
                x = high
            }
            partials.removeLast(partials.count - kept)
            if x == 0 { continue }
            if x.isFinite {
                partials.append(x)
            } else {
                if number.isFinite { throw .overflow("intermediate overflow in fsum") }
                if number.isInfinite { infinite += number }
                special += number
                partials.removeAll()
            }
        }
        if special != 0 {
            if infinite.isNaN { throw .valueError("-inf + inf in fsum") }
            return special
        }
        guard var high = partials.popLast() else { return 0 }
        var low = 0.0
        while let y = partials.popLast() {
            let x = high
            high = x + y
            low = y - (high - x)
            if low != 0 { break }
        }
        if let next = partials.last, low < 0 && next < 0 || low > 0 && next > 0 {
            let y = low * 2
            let x = high + y
            if y == x - high { high = x }
        }
        return high
    }

    /// The Euclidean norm of magnitudes; source: CPython 3.11's `vector_norm`.
    static func norm(_ numbers: [Double]) -> Double {
        let largest = numbers.reduce(0) { $1 > $0 ? $1 : $0 }
        if largest.isInfinite || numbers.contains(where: \.isInfinite) { return .infinity }
        if numbers.contains(where: \.isNaN) { return .nan }
        guard largest != 0, numbers.count > 1 else { return largest }
        let exponent = largest.exponent + 1
        guard exponent >= -1023 else {
            return norm(numbers.map { $0 * 0x1p1000 }) * 0x1p-1000
        }
        let scale = Double(sign: .plus, exponent: -exponent, significand: 1)
        var sum = 1.0
        var (first, second, third) = (0.0, 0.0, 0.0)
        func split(_ x: Double) -> (high: Double, low: Double) {
            let t = x * 134_217_729
            let high = t - (t - x)
            return (high, x - high)
        }
        func add(_ x: Double, _ fraction: inout Double) {
            let before = sum
            sum += x
            fraction += (before - sum) + x
        }
        for number in numbers {
            let (high, low) = split(number * scale)
            add(high * high, &first)
            add(2 * high * low, &second)
            third += low * low
        }
        let root = (sum - 1 + (first + second + third)).squareRoot()
        let (high, low) = split(root)
        add(-high * high, &first)
        add(-2 * high * low, &second)
        add(-low * low, &third)
        return (root + (sum - 1 + (first + second + third)) / (2 * root)) / scale
    }
}
