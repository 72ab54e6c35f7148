/// The type of a field, an element or an expression, with Beam's meaning.
///
/// Source: Beam's portable schema types, as `json_utils.py` derives them from JSON Schema.
public struct FieldType: Hashable, Sendable {
    public indirect enum Kind: Hashable, Sendable {
        /// Values whose types differ from row to row; each value carries its own.
        case any
        case boolean
        case int64
        case double
        case string
        case bytes
        /// Microseconds since 1970-01-01T00:00:00Z.
        case timestamp
        /// Microseconds.
        case duration
        /// A calendar day without a zone.
        case date
        /// A calendar day and time of day without a zone, or at a fixed offset from UTC.
        case datetime
        /// Exact decimal numbers of up to 38 digits.
        case decimal
        case list(FieldType)
        case map(key: FieldType, value: FieldType)
        case row(Schema)
    }

    public var kind: Kind
    /// Whether null is one of the values.
    public var isNullable: Bool

    public init(_ kind: Kind, isNullable: Bool = false) {
        self.kind = kind
        self.isNullable = isNullable
    }

    /// Anything at all, null included.
    public static let any = FieldType(.any, isNullable: true)
    public static let boolean = FieldType(.boolean)
    public static let int64 = FieldType(.int64)
    public static let double = FieldType(.double)
    public static let string = FieldType(.string)
    public static let bytes = FieldType(.bytes)
    public static let timestamp = FieldType(.timestamp)
    public static let duration = FieldType(.duration)
    public static let date = FieldType(.date)
    public static let datetime = FieldType(.datetime)
    public static let decimal = FieldType(.decimal)
    public static func list(_ element: FieldType) -> FieldType { FieldType(.list(element)) }
    public static func map(_ key: FieldType, _ value: FieldType) -> FieldType {
        FieldType(.map(key: key, value: value))
    }
    public static func row(_ schema: Schema) -> FieldType { FieldType(.row(schema)) }

    /// The same kind with null among its values.
    public var nullable: FieldType { FieldType(kind, isNullable: true) }
    /// The same kind without null; `any` always has it.
    public var nonNull: FieldType { kind == .any ? self : FieldType(kind) }

    public var isAny: Bool { kind == .any }
    /// Whether the type leaves some part of its values open.
    public var holdsAny: Bool {
        switch kind {
        case .any: true
        case .list(let element): element.holdsAny
        case .map(let key, let value): key.holdsAny || value.holdsAny
        case .row(let schema): schema.fields.contains { $0.type.holdsAny }
        default: false
        }
    }
    public var isNumeric: Bool { kind == .int64 || kind == .double || kind == .decimal }
}

extension FieldType: CustomStringConvertible {
    /// As users see it: `int64`, `string?`, `list<double>`, `map<string, int64>`, `row<a: int64, b: string?>`.
    public var description: String {
        let name =
            switch kind {
            case .any: "any"
            case .boolean: "boolean"
            case .int64: "int64"
            case .double: "double"
            case .string: "string"
            case .bytes: "bytes"
            case .timestamp: "timestamp"
            case .duration: "duration"
            case .date: "date"
            case .datetime: "datetime"
            case .decimal: "decimal"
            case .list(let element): "list<\(element)>"
            case .map(let key, let value): "map<\(key), \(value)>"
            case .row(let schema): "row<\(schema)>"
            }
        return isNullable && kind != .any ? name + "?" : name
    }
}

extension FieldType {
    /// The smallest type that holds the values of both, as Flatten and Create merge types.
    ///
    /// Equal kinds keep theirs (rows and lists merge inside); null of one makes the result nullable; anything else is
    /// `any`. With `widensIntegers` int64 and double give double; Beam's Create gives `any` there.
    public func union(_ other: FieldType, widensIntegers: Bool = false) -> FieldType {
        let isNullable = isNullable || other.isNullable
        if kind == other.kind { return FieldType(kind, isNullable: isNullable) }
        switch (kind, other.kind) {
        case (.int64, .double), (.double, .int64):
            return widensIntegers ? FieldType(.double, isNullable: isNullable) : .any
        case (.list(let left), .list(let right)):
            return FieldType(.list(left.union(right, widensIntegers: widensIntegers)), isNullable: isNullable)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            return FieldType(
                .map(
                    key: leftKey.union(rightKey, widensIntegers: widensIntegers),
                    value: leftValue.union(rightValue, widensIntegers: widensIntegers)), isNullable: isNullable)
        case (.row(let left), .row(let right)):
            return FieldType(.row(left.union(right, widensIntegers: widensIntegers)), isNullable: isNullable)
        default:
            return .any
        }
    }
}
