/// A scalar after resolution by YAML 1.1 as PyYAML's SafeLoader does it.
public enum YAMLScalarValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    /// An integer beyond 64 bits, in decimal digits with an optional `-`; its exact digits only where it was decimal.
    case bigInt(String)
    case float(Double)
    case string(String)
    case timestamp(YAMLTimestamp)
    /// `!!binary`, decoded from base64.
    case binary([UInt8])

    /// For messages: `a string`.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int, .bigInt: "an integer"
        case .float: "a float"
        case .string: "a string"
        case .timestamp(let timestamp): timestamp.time == nil ? "a date" : "a timestamp"
        case .binary: "binary data"
        }
    }
}

/// A date or a date with a time as YAML 1.1 reads it, checked against the calendar.
public struct YAMLTimestamp: Sendable, Equatable {
    public struct Time: Sendable, Equatable {
        public let hour: Int
        public let minute: Int
        public let second: Int
        public let microsecond: Int
        /// Seconds east of UTC; `nil` where none was written.
        public let utcOffset: Int?
    }

    /// As written.
    public let text: String
    public let year: Int
    public let month: Int
    public let day: Int
    /// `nil` for a plain date.
    public let time: Time?
}
