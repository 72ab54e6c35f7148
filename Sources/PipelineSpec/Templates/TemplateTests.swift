import Diagnostics

/// The tests behind `is`.
enum TemplateTests {
    static let names: Set<String> = [
        "defined", "undefined", "none", "string", "number", "mapping", "sequence", "iterable", "even", "odd",
        "divisibleby", "boolean", "integer", "float", "true", "false", "lower", "upper", "callable", "sameas", "in",
        "eq", "equalto", "==", "ne", "!=", "lt", "lessthan", "<", "le", "<=", "gt", "greaterthan", ">", "ge", ">=",
        "escaped", "filter", "test",
    ]
}

extension TemplateEvaluator {
    func test(
        _ value: RuntimeValue, _ name: String, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> Bool {
        switch (name, value) {
        case ("defined", .undefined): return false
        case ("undefined", .undefined): return true
        case (_, .undefined(let diagnostic)): throw diagnostic
        case ("defined", _): return true
        case ("undefined", _): return false
        case ("none", .none), ("string", .string), ("boolean", .bool), ("integer", .int), ("float", .float): return true
        case ("number", .int), ("number", .float), ("number", .bool), ("mapping", .dictionary): return true
        case ("sequence", .string), ("sequence", .list), ("sequence", .tuple), ("sequence", .dictionary): return true
        case ("iterable", .string), ("iterable", .list), ("iterable", .tuple), ("iterable", .dictionary): return true
        case ("callable", .macro), ("callable", .builtin), ("callable", .method), ("callable", .block): return true
        case ("true", .bool(let bool)): return bool
        case ("false", .bool(let bool)): return !bool
        default: break
        }
        switch name {
        case "none", "string", "boolean", "integer", "float", "number", "mapping", "sequence", "iterable", "callable",
            "true", "false", "escaped":
            return false
        case "even", "odd":
            return Self.floorModulo(try integer(value, name, range), 2) == (name == "odd" ? 1 : 0)
        case "lower", "upper":
            let text = PythonText.str(value).string
            let hasCase = text.unicodeScalars.contains { $0.properties.isCased }
            return hasCase && text == (name == "lower" ? text.lowercased() : text.uppercased())
        case "filter": return TemplateFilters.names.contains(PythonText.str(value).string)
        case "test": return TemplateTests.names.contains(PythonText.str(value).string)
        default: break
        }
        guard let other = arguments.positional.first else { throw failure("the test '\(name)' needs a value", range) }
        let operand = try defined(other)
        switch name {
        case "divisibleby":
            let divisor = try integer(operand, name, range)
            guard divisor != 0 else { throw failure("division by zero", range) }
            return Self.floorModulo(try integer(value, name, range), divisor == -1 ? 1 : divisor) == 0
        case "in": return try contains(operand, value, range)
        case "eq", "equalto", "==", "sameas": return PythonComparison.areEqual(value, operand)
        case "ne", "!=": return !PythonComparison.areEqual(value, operand)
        case "lt", "lessthan", "<": return try compare("<", value, operand, range)
        case "le", "<=": return try compare("<=", value, operand, range)
        case "gt", "greaterthan", ">": return try compare(">", value, operand, range)
        default: return try compare(">=", value, operand, range)
        }
    }

    private func integer(_ value: RuntimeValue, _ name: String, _ range: Range<Int>) throws(Diagnostic) -> Int64 {
        guard let integer = value.integer else {
            throw failure("the test '\(name)' needs an integer, found \(value.typeName)", range)
        }
        return integer
    }
}
