public import DataModel
import Expressions

/// The part of JSON Schema that Beam YAML uses: what a value must be like.
public struct JSONSchema: Sendable {
    indirect enum Rule: Sendable {
        case types([String])
        case properties([(name: String, schema: JSONSchema)], allowsOthers: Bool)
        /// The schema of all properties that are not named.
        case otherProperties(JSONSchema, except: [String])
        case required([String])
        case items(JSONSchema)
        case itemCount(minimum: Int?, maximum: Int?)
        case values([Value])
        case constant(Value)
        /// Bounds that belong to the range unless they are exclusive.
        case minimum(Double, isExclusive: Bool)
        case maximum(Double, isExclusive: Bool)
        case multipleOf(Double)
        case minimumLength(Int)
        case maximumLength(Int)
        case pattern(String, PatternMatcher)
        case anyOf([JSONSchema])
        case oneOf([JSONSchema])
        case allOf([JSONSchema])
        case not(JSONSchema)
    }

    let rules: [Rule]

    /// Why a value breaks the schema, or `nil`. Null fields count as absent, as in Beam.
    public func violation(of value: Value) -> String? {
        violation(of: value, at: "", depth: 0)
    }

    private func violation(of value: Value, at path: String, depth: Int) -> String? {
        guard depth < 100 else { return nil }
        for rule in rules {
            if let problem = violation(of: value, rule, at: path, depth: depth + 1) { return problem }
        }
        return nil
    }

    private func violation(of value: Value, _ rule: Rule, at path: String, depth: Int) -> String? {
        let label = path.isEmpty ? "" : "'\(path)': "
        let text = { JSONWriter.text(value) }
        switch rule {
        case .types(let types):
            return types.contains { value.isOf(jsonType: $0) }
                ? nil : "\(label)\(text()) is not of type \(types.map { "'\($0)'" }.joined(separator: ", "))"
        case .properties(let properties, let allowsOthers):
            guard let members = value.members else { return nil }
            for property in properties {
                guard let member = members.first(where: { $0.name.utf8.elementsEqual(property.name.utf8) }) else {
                    continue
                }
                if let problem = property.schema.violation(
                    of: member.value, at: Self.path(path, member.name), depth: depth)
                {
                    return problem
                }
            }
            guard !allowsOthers else { return nil }
            let other = members.first { member in
                !properties.contains { $0.name.utf8.elementsEqual(member.name.utf8) }
            }
            return other.map { "\(label)additional property '\($0.name)' is not allowed" }
        case .otherProperties(let schema, let names):
            guard let members = value.members else { return nil }
            for member in members where !names.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
                if let problem = schema.violation(of: member.value, at: Self.path(path, member.name), depth: depth) {
                    return problem
                }
            }
            return nil
        case .required(let names):
            guard let members = value.members else { return nil }
            let missing = names.first { name in !members.contains { $0.name.utf8.elementsEqual(name.utf8) } }
            return missing.map { "\(label)'\($0)' is a required property" }
        case .items(let schema):
            guard case .list(let elements) = value else { return nil }
            for (index, element) in elements.enumerated() {
                if let problem = schema.violation(of: element, at: "\(path)[\(index)]", depth: depth) {
                    return problem
                }
            }
            return nil
        case .itemCount(let minimum, let maximum):
            guard case .list(let elements) = value else { return nil }
            if let minimum, elements.count < minimum { return "\(label)\(text()) is too short" }
            if let maximum, elements.count > maximum { return "\(label)\(text()) is too long" }
            return nil
        case .values(let values):
            return values.contains { $0 == value } ? nil : "\(label)\(text()) is not one of the allowed values"
        case .constant(let expected):
            return expected == value ? nil : "\(label)\(JSONWriter.text(expected)) was expected"
        case .minimum(let bound, let isExclusive):
            guard let number = value.number, isExclusive ? number <= bound : number < bound else { return nil }
            return
                "\(label)\(text()) is less than \(isExclusive ? "or equal to " : "")the minimum of \(Self.text(bound))"
        case .maximum(let bound, let isExclusive):
            guard let number = value.number, isExclusive ? number >= bound : number > bound else { return nil }
            return
                "\(label)\(text()) is greater than \(isExclusive ? "or equal to " : "")the maximum of \(Self.text(bound))"
        case .multipleOf(let divisor):
            guard let number = value.number, divisor != 0 else { return nil }
            let quotient = number / divisor
            return quotient == quotient.rounded() ? nil : "\(label)\(text()) is not a multiple of \(Self.text(divisor))"
        case .minimumLength(let length):
            guard case .string(let string) = value, string.unicodeScalars.count < length else { return nil }
            return "\(label)\(text()) is too short"
        case .maximumLength(let length):
            guard case .string(let string) = value, string.unicodeScalars.count > length else { return nil }
            return "\(label)\(text()) is too long"
        case .pattern(let pattern, let matcher):
            guard case .string(let string) = value, !matcher.isFound(in: string) else { return nil }
            return "\(label)\(text()) does not match '\(pattern)'"
        case .anyOf(let schemas):
            return schemas.contains { $0.violation(of: value, at: path, depth: depth) == nil }
                ? nil : "\(label)\(text()) is not valid under any of the given schemas"
        case .oneOf(let schemas):
            let count = schemas.count { $0.violation(of: value, at: path, depth: depth) == nil }
            if count == 1 { return nil }
            return "\(label)\(text()) is valid under \(count == 0 ? "none" : "more than one") of the given schemas"
        case .allOf(let schemas):
            return schemas.lazy.compactMap { $0.violation(of: value, at: path, depth: depth) }.first
        case .not(let schema):
            return schema.violation(of: value, at: path, depth: depth) == nil
                ? "\(label)\(text()) should not be valid under the given schema" : nil
        }
    }

    private static func path(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private static func text(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? DoubleFormatting.description(number)
    }
}

/// Searches texts for a regular expression.
final class PatternMatcher: Sendable {
    private let search: CompiledExpression

    /// `nil` where the pattern is not a regular expression of Python's.
    init?(_ pattern: String) {
        var literal = "'"
        for scalar in pattern.unicodeScalars {
            switch scalar {
            case "\\", "'": literal += "\\" + String(scalar)
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\0": literal += "\\x00"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        literal += "'"
        let source = ExpressionSource("re.search(\(literal), text) is not None", language: .python)
        let schema = Schema([Field("text", .string)])
        guard case .native(let search, _) = ExpressionCompiler(schema: schema).compile(source) else { return nil }
        self.search = search
        guard evaluate("") != nil else { return nil }
    }

    func isFound(in text: String) -> Bool { evaluate(text) ?? false }

    private func evaluate(_ text: String) -> Bool? {
        let column = Column.constant(.string(text), type: .string, count: 1)
        let batch = Batch(schema: Schema([Field("text", .string)]), columns: [column], count: 1)
        let result = search.evaluate(batch)
        guard result.failures.isEmpty, case .boolean(let isFound) = result.column.value(at: 0) else { return nil }
        return isFound
    }
}

extension Value {
    /// The properties of an object without those that are null.
    fileprivate var members: [(name: String, value: Value)]? {
        switch self {
        case .row(let row):
            zip(row.names, row.values).compactMap { $1.isNull ? nil : ($0, $1) }
        case .map(let map):
            map.entries.compactMap { entry in
                guard case .string(let name) = entry.key, !entry.value.isNull else { return nil }
                return (name, entry.value)
            }
        default: nil
        }
    }

    fileprivate var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        case .decimal(let number): number.doubleValue
        default: nil
        }
    }

    fileprivate func isOf(jsonType type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .boolean), ("string", .string), ("bytes", .bytes), ("integer", .int),
            ("number", .int), ("number", .double), ("number", .decimal), ("array", .list), ("object", .row),
            ("object", .map):
            true
        // As in JSON Schema, 1.0 is an integer.
        case ("integer", .double(let number)): number == number.rounded() && number.isFinite
        default: false
        }
    }
}
