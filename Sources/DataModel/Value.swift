/// One value, with Python's meaning: what `Create` writes down, what an expression computes, what a log line prints.
///
/// Columns hold values in bulk; `Value` is for the places where one is handled at a time.
public indirect enum Value: Sendable {
    case null
    case boolean(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    /// Microseconds.
    case duration(Int64)
    /// Days since 1970-01-01.
    case date(Int)
    case datetime(DateTimeValue)
    case decimal(DecimalValue)
    case list([Value])
    case map(MapValue)
    case row(RowValue)
}

/// A local date and time; with `offsetSeconds` it names an instant, without it is naive, as in Python.
public struct DateTimeValue: Hashable, Sendable {
    /// Microseconds from 1970-01-01T00:00:00 on the local clock.
    public var localMicroseconds: Int64
    /// Seconds east of UTC; `nil` for a naive datetime.
    public var offsetSeconds: Int?

    public init(localMicroseconds: Int64, offsetSeconds: Int? = nil) {
        self.localMicroseconds = localMicroseconds
        self.offsetSeconds = offsetSeconds
    }
}

/// An exact decimal: `unscaled` × 10^-`scale`.
public struct DecimalValue: Hashable, Sendable {
    public var unscaled: Int128
    public var scale: Int

    public init(unscaled: Int128, scale: Int) {
        self.unscaled = unscaled
        self.scale = scale
    }
}

/// A mapping in insertion order with unique keys, as a Python dict.
public struct MapValue: Sendable {
    public private(set) var entries: [(key: Value, value: Value)] = []
    /// Made at the ninth entry: below that a scan is quicker.
    private var positions: [Value: Int]?

    public init() {}

    /// Later entries replace the value of earlier ones with an equal key, and keep the earlier place.
    public init(_ entries: some Sequence<(Value, Value)>) {
        for (key, value) in entries { self[key] = value }
    }

    public var count: Int { entries.count }
    public var keys: [Value] { entries.map(\.key) }
    public var values: [Value] { entries.map(\.value) }

    public subscript(key: Value) -> Value? {
        get { position(of: key).map { entries[$0].value } }
        set {
            if let position = position(of: key) {
                if let newValue {
                    entries[position].value = newValue
                } else {
                    entries.remove(at: position)
                    positions = nil
                    index()
                }
            } else if let newValue {
                entries.append((key, newValue))
                if positions != nil { positions?[key] = entries.count - 1 } else { index() }
            }
        }
    }

    private func position(of key: Value) -> Int? {
        positions.map { $0[key] } ?? entries.firstIndex { $0.key == key }
    }

    private mutating func index() {
        guard entries.count > 8 else { return }
        positions = Dictionary(entries.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// A row with its own field names, as `beam.Row`.
public struct RowValue: Sendable {
    public let names: [String]
    public var values: [Value]

    public init(names: [String], values: [Value]) {
        self.names = names
        self.values = values
    }

    public init(_ fields: KeyValuePairs<String, Value>) {
        self.init(names: fields.map(\.key), values: fields.map(\.value))
    }

    public subscript(name: String) -> Value? {
        names.firstIndex { $0.utf8.elementsEqual(name.utf8) }.map { values[$0] }
    }
}

extension Value {
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The type this value has by itself; lists and maps merge the types of their elements.
    public var type: FieldType {
        switch self {
        case .null: FieldType(.any, isNullable: true)
        case .boolean: .boolean
        case .int: .int64
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .timestamp: .timestamp
        case .duration: .duration
        case .date: .date
        case .datetime: .datetime
        case .decimal: .decimal
        case .list(let elements): .list(Value.commonType(of: elements))
        case .map(let map): .map(Value.commonType(of: map.keys), Value.commonType(of: map.values))
        case .row(let row):
            .row(Schema(zip(row.names, row.values).map { Field($0, $1.type) }))
        }
    }

    /// The type that holds all the values: nulls make it nullable, values of different types make it `any`.
    public static func commonType(of values: some Sequence<Value>) -> FieldType {
        var common: FieldType?
        var hasNull = false
        for value in values {
            if value.isNull {
                hasNull = true
            } else {
                common = common.map { $0.union(value.type) } ?? value.type
            }
        }
        guard let common else { return .any }
        return hasNull ? common.nullable : common
    }
}
