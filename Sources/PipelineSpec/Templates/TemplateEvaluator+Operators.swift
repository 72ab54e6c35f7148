import Diagnostics

extension TemplateEvaluator {
    static func floorDivide(_ left: Int64, _ right: Int64) -> Int64 {
        let quotient = left / right
        return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient
    }

    static func floorModulo(_ left: Int64, _ right: Int64) -> Int64 {
        let rest = left % right
        return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest
    }

    func negated(_ value: RuntimeValue, _ range: Range<Int>) throws(Diagnostic) -> RuntimeValue {
        switch value {
        case .float(let number): return .float(-number)
        case .duration(let microseconds): return .duration(0 &- microseconds)
        default:
            guard let integer = value.integer else {
                throw failure("'-' does not apply to \(value.typeName)", range)
            }
            return try integerResult(Int64(0).subtractingReportingOverflow(integer), range)
        }
    }

    private func integerResult(
        _ result: (partialValue: Int64, overflow: Bool), _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        if result.overflow { throw failure("the integer does not fit 64 bits", range) }
        return .int(result.partialValue)
    }

    func operate(
        _ symbol: String, _ left: RuntimeValue, _ right: RuntimeValue, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        if symbol == "~" {
            var text = PythonText.str(left)
            text.append(PythonText.str(right))
            try checkSize(text.count, range)
            return .string(text)
        }
        if let first = left.integer, let second = right.integer {
            return try integers(symbol, first, second, range)
        }
        if let first = left.number, let second = right.number {
            return try floats(symbol, first, second, range)
        }
        if let result = try sequences(symbol, left, right, range) { return result }
        if let result = try dates(symbol, left, right, range) { return result }
        throw failure("'\(symbol)' does not apply to \(left.typeName) and \(right.typeName)", range)
    }

    private func integers(
        _ symbol: String, _ left: Int64, _ right: Int64, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        switch symbol {
        case "+": return try integerResult(left.addingReportingOverflow(right), range)
        case "-": return try integerResult(left.subtractingReportingOverflow(right), range)
        case "*": return try integerResult(left.multipliedReportingOverflow(by: right), range)
        case "**":
            if right < 0 { return try floats(symbol, Double(left), Double(right), range) }
            return try power(left, right, range)
        default: break
        }
        guard right != 0 else { throw failure("division by zero", range) }
        if symbol == "/" { return .float(Double(left) / Double(right)) }
        guard !(left == .min && right == -1) else { throw failure("the integer does not fit 64 bits", range) }
        return .int(symbol == "//" ? Self.floorDivide(left, right) : Self.floorModulo(left, right))
    }

    private func power(_ base: Int64, _ exponent: Int64, _ range: Range<Int>) throws(Diagnostic) -> RuntimeValue {
        if base == 0 || base == 1 { return .int(exponent == 0 ? 1 : base) }
        if base == -1 { return .int(exponent % 2 == 0 ? 1 : -1) }
        guard exponent < 64 else { throw failure("the integer does not fit 64 bits", range) }
        var result: Int64 = 1
        for _ in 0..<exponent {
            let product = result.multipliedReportingOverflow(by: base)
            if product.overflow { throw failure("the integer does not fit 64 bits", range) }
            result = product.partialValue
        }
        return .int(result)
    }

    private func floats(
        _ symbol: String, _ left: Double, _ right: Double, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        switch symbol {
        case "+": return .float(left + right)
        case "-": return .float(left - right)
        case "*": return .float(left * right)
        case "**": return .float(SystemMath.power(left, right))
        default: break
        }
        guard right != 0 else { throw failure("division by zero", range) }
        switch symbol {
        case "/": return .float(left / right)
        case "//": return .float((left / right).rounded(.down))
        default:
            let rest = left.truncatingRemainder(dividingBy: right)
            return .float(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest)
        }
    }

    private func sequences(
        _ symbol: String, _ left: RuntimeValue, _ right: RuntimeValue, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue? {
        switch (symbol, left, right) {
        case ("+", .string(var first), .string(let second)):
            first.append(second)
            try checkSize(first.count, range)
            return .string(first)
        case ("+", .list(let first), .list(let second)):
            try checkItems(first.items.count + second.items.count, range)
            return .list(first.items + second.items)
        case ("+", .tuple(let first), .tuple(let second)):
            try checkItems(first.count + second.count, range)
            return .tuple(first + second)
        case ("%", .string(let format), _):
            let arguments: [RuntimeValue]
            if case .tuple(let items) = right { arguments = items } else { arguments = [right] }
            return .string(try PythonFormat(self, range).printf(format.string, arguments))
        case ("*", _, _):
            if let result = try repeated(left, right, range) { return result }
            return try repeated(right, left, range)
        default: return nil
        }
    }

    private func repeated(
        _ value: RuntimeValue, _ times: RuntimeValue, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue? {
        guard let times = times.integer else { return nil }
        let count = Int(max(0, min(times, Int64(Self.maximumSize) + 1)))
        switch value {
        case .string(let text):
            try checkSize(text.count.multipliedReportingOverflow(by: count).partialValue, range)
            var result = MappedText()
            var power = text
            var rest = text.count > 0 ? count : 0
            while rest > 0 {
                if rest & 1 == 1 { result.append(power) }
                rest >>= 1
                if rest > 0 { power.append(power) }
            }
            return .string(result)
        case .list(let list):
            try checkItems(list.items.count.multipliedReportingOverflow(by: count).partialValue, range)
            return .list(list.items.isEmpty ? [] : Array(repeatElement(list.items, count: count).joined()))
        default: return nil
        }
    }

    private func dates(
        _ symbol: String, _ left: RuntimeValue, _ right: RuntimeValue, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue? {
        switch (symbol, left, right) {
        case ("+", .date(let date), .duration(let duration)), ("+", .duration(let duration), .date(let date)):
            return try moved(date, duration, range)
        case ("-", .date(let date), .duration(let duration)): return try moved(date, 0 &- duration, range)
        case ("-", .date(let first), .date(let second)) where (first.time == nil) == (second.time == nil):
            return .duration(first.microseconds - second.microseconds)
        case ("+", .duration(let first), .duration(let second)): return .duration(first &+ second)
        case ("-", .duration(let first), .duration(let second)): return .duration(first &- second)
        case ("*", .duration(let duration), _):
            return right.integer.map { .duration(duration &* $0) }
        case ("*", _, .duration(let duration)):
            return left.integer.map { .duration(duration &* $0) }
        default: return nil
        }
    }

    private func moved(
        _ date: TemplateDate, _ duration: Int64, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        var duration = duration
        if date.time == nil {
            duration = Self.floorDivide(duration, TemplateDate.microsecondsPerDay) &* TemplateDate.microsecondsPerDay
        }
        let (moment, overflow) = date.microseconds.addingReportingOverflow(duration)
        guard !overflow, let result = TemplateDate(microseconds: moment, hasTime: date.time != nil) else {
            throw failure("the date is outside of the years 1 to 9999", range)
        }
        return .date(result)
    }

    // MARK: Comparison

    func compare(
        _ first: TemplateExpression, _ rest: [(operation: String, value: TemplateExpression)], _ scope: TemplateScope
    ) throws(Diagnostic) -> Bool {
        var left = try defined(evaluate(first, in: scope))
        for (operation, expression) in rest {
            let right = try defined(evaluate(expression, in: scope))
            guard try compare(operation, left, right, expression.range) else { return false }
            left = right
        }
        return true
    }

    func compare(
        _ operation: String, _ left: RuntimeValue, _ right: RuntimeValue, _ range: Range<Int>
    ) throws(Diagnostic) -> Bool {
        switch operation {
        case "==": return PythonComparison.areEqual(left, right)
        case "!=": return !PythonComparison.areEqual(left, right)
        case "in": return try contains(right, left, range)
        case "not in": return !(try contains(right, left, range))
        default: break
        }
        let isNaN = left.number?.isNaN == true || right.number?.isNaN == true
        guard let isLess = PythonComparison.isLess(left, right),
            let isGreater = PythonComparison.isLess(right, left)
        else { throw failure("\(left.typeName) and \(right.typeName) have no order", range) }
        if isNaN { return false }
        switch operation {
        case "<": return isLess
        case ">": return isGreater
        case "<=": return !isGreater
        default: return !isLess
        }
    }

    func contains(
        _ container: RuntimeValue, _ value: RuntimeValue, _ range: Range<Int>
    ) throws(Diagnostic) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = value else {
                throw failure("only a string can be 'in' a string, found \(value.typeName)", range)
            }
            return PythonStrings.find(part.bytes, in: text.bytes, from: 0) != nil
        case .dictionary(let dictionary): return dictionary[value] != nil
        default:
            let items = try items(of: container, range)
            return items.contains { PythonComparison.areEqual($0, value) }
        }
    }
}
