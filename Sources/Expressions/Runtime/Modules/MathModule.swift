import DataModel

/// Python's `math`.
enum MathModule {
    static let constants: [String: Value] = [
        "math.pi": .double(.pi), "math.e": .double(2.718281828459045), "math.tau": .double(2 * .pi),
        "math.inf": .double(.infinity), "math.nan": .double(.nan),
    ]

    static let signatures: [String: Signature] = {
        var table: [String: Signature] = [:]
        for name in CMath.unary.keys { table["math." + name] = .one(.double) }
        for name in ["degrees", "radians", "log2", "log10", "ulp"] { table["math." + name] = .one(.double) }
        for name in ["floor", "ceil", "trunc", "factorial", "isqrt"] { table["math." + name] = .one(.int64) }
        for name in ["isnan", "isinf", "isfinite"] { table["math." + name] = .one(.boolean) }
        for name in ["pow", "atan2", "fmod", "copysign", "remainder", "nextafter", "dist", "ldexp"] {
            table["math." + name] = Signature(["x", "y"], .fixed(.double))
        }
        table["math.log"] = Signature(["x", "base"], required: 1, .fixed(.double))
        table["math.hypot"] = Signature([], variadic: true, .fixed(.double))
        for name in ["gcd", "lcm"] { table["math." + name] = Signature([], variadic: true, .fixed(.int64)) }
        table["math.comb"] = Signature(["n", "k"], .fixed(.int64))
        table["math.perm"] = Signature(["n", "k"], required: 1, .fixed(.int64))
        table["math.fsum"] = .one(.double)
        table["math.prod"] = Signature(["iterable", "start"], required: 1, keywords: true, .unknown)
        table["math.modf"] = .one(.list(.double))
        table["math.frexp"] = .one(.list(.any))
        table["math.isclose"] = Signature(
            ["a", "b", "rel_tol", "abs_tol"], required: 2, keywords: true, .fixed(.boolean))
        return table
    }()

    private static let domain = PythonError.valueError("math domain error")
    private static let range = PythonError.overflow("math range error")

    static func real(_ value: Value?) throws(PythonError) -> Double {
        guard let number = PythonRuntime.real(value ?? .null) else {
            throw .typeError("must be real number, not \(PythonRuntime.typeName(value ?? .null))")
        }
        return number
    }

    static func call(
        _ qualifiedName: String, _ signature: Signature, _ positional: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        let name = String(qualifiedName.dropFirst("math.".count))
        let bound = try signature.bind("math", name, positional, keywords)
        if let function = CMath.unary[name] { return .double(try unary(name, function, try real(bound[0]))) }
        switch name {
        case "floor", "ceil", "trunc", "factorial", "isqrt", "gcd", "lcm", "comb", "perm":
            return .int(try IntegerMath.call(name, bound))
        case "log", "log2", "log10": return .double(try logarithm(name, bound))
        case "degrees": return .double(try real(bound[0]) * (180 / .pi))
        case "radians": return .double(try real(bound[0]) * (.pi / 180))
        case "ulp":
            let number = try real(bound[0])
            return .double(number.isNaN ? number : number.isInfinite ? .infinity : number.magnitude.ulp)
        case "isnan": return .boolean(try real(bound[0]).isNaN)
        case "isinf": return .boolean(try real(bound[0]).isInfinite)
        case "isfinite": return .boolean(try real(bound[0]).isFinite)
        case "modf":
            let number = try real(bound[0])
            if number.isInfinite { return .list([.double(number < 0 ? -0.0 : 0), .double(number)]) }
            let whole = number.rounded(.towardZero)
            let fraction = number - whole
            return .list([.double(number.sign == .minus ? -fraction.magnitude : fraction), .double(whole)])
        case "frexp":
            let number = try real(bound[0])
            guard number.isFinite, number != 0 else { return .list([.double(number), .int(0)]) }
            let exponent = number.exponent + 1
            return .list([
                .double(Double(sign: number.sign, exponent: -1, significand: number.significand)),
                .int(Int64(exponent)),
            ])
        case "isclose": return .boolean(try isClose(bound))
        case "hypot":
            var numbers: [Double] = []
            for value in bound { numbers.append(try real(value).magnitude) }
            return .double(FloatSums.norm(numbers))
        case "dist": return .double(try distance(bound[0] ?? .null, bound[1] ?? .null))
        case "fsum":
            var numbers: [Double] = []
            for value in try PythonRuntime.elements(of: bound[0] ?? .null) { numbers.append(try real(value)) }
            return .double(try FloatSums.exact(numbers))
        case "prod":
            var product = bound[1] ?? .int(1)
            for value in try PythonRuntime.elements(of: bound[0] ?? .null) {
                product = try PythonRuntime.binary(.multiply, product, value)
            }
            return product
        default: return .double(try binary(name, bound))
        }
    }

    private static func unary(
        _ name: String, _ function: (Double) -> Double, _ number: Double
    ) throws(PythonError) -> Double {
        let result = function(number)
        if result.isNaN, !number.isNaN { throw domain }
        if result.isInfinite, number.isFinite {
            let mayOverflow = ["exp", "exp2", "expm1", "cosh", "sinh"].contains(name)
            throw mayOverflow ? range : domain
        }
        return result
    }

    private static func logarithm(_ name: String, _ bound: [Value?]) throws(PythonError) -> Double {
        func log(_ value: Value?) throws(PythonError) -> Double {
            let number = try real(value)
            if number <= 0 { throw domain }
            return name == "log2" ? CMath.log2(number) : name == "log10" ? CMath.log10(number) : CMath.log(number)
        }
        let numerator = try log(bound[0])
        guard bound.count > 1, let base = bound[1] else { return numerator }
        let denominator = try log(base)
        guard denominator != 0 else { throw .zeroDivision("float division by zero") }
        return numerator / denominator
    }

    private static func binary(_ name: String, _ bound: [Value?]) throws(PythonError) -> Double {
        let x = try real(bound[0])
        if name == "ldexp" {
            guard let exponent = PythonRuntime.index(bound[1] ?? .null) else {
                throw .typeError("Expected an int as second argument to ldexp.")
            }
            let result = Double(sign: .plus, exponent: Int(min(max(exponent, -5000), 5000)), significand: x)
            if result.isInfinite, x.isFinite { throw range }
            return result
        }
        let y = try real(bound[1])
        switch name {
        case "atan2": return CMath.atan2(x, y)
        case "copysign": return Double(signOf: y, magnitudeOf: x)
        case "nextafter":
            if x.isNaN || y.isNaN { return .nan }
            return x == y ? y : y > x ? x.nextUp : x.nextDown
        case "fmod", "remainder":
            if x.isNaN || y.isNaN { return .nan }
            if x.isInfinite || y == 0 { throw domain }
            if y.isInfinite { return x }
            return name == "fmod" ? x.truncatingRemainder(dividingBy: y) : x.remainder(dividingBy: y)
        default:
            let result = CMath.pow(x, y)
            guard x.isFinite, y.isFinite else { return result }
            if result.isNaN { throw domain }
            if result.isInfinite { throw x == 0 ? domain : range }
            return result
        }
    }

    private static func isClose(_ bound: [Value?]) throws(PythonError) -> Bool {
        let (a, b) = (try real(bound[0]), try real(bound[1]))
        let relative = try bound[2].map { value throws(PythonError) in try real(value) } ?? 1e-9
        let absolute = try bound[3].map { value throws(PythonError) in try real(value) } ?? 0
        if relative < 0 || absolute < 0 { throw .valueError("tolerances must be non-negative") }
        if a == b { return true }
        if a.isInfinite || b.isInfinite { return false }
        let difference = (b - a).magnitude
        return difference <= (relative * b).magnitude || difference <= (relative * a).magnitude
            || difference <= absolute
    }

    private static func distance(_ left: Value, _ right: Value) throws(PythonError) -> Double {
        let (a, b) = (try PythonRuntime.elements(of: left), try PythonRuntime.elements(of: right))
        guard a.count == b.count else {
            throw .valueError("both points must have the same number of dimensions")
        }
        var differences: [Double] = []
        for (x, y) in zip(a, b) { differences.append((try real(x) - real(y)).magnitude) }
        return FloatSums.norm(differences)
    }
}
