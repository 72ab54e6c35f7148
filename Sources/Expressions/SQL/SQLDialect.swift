public import DataModel

/// SQL as an engine reads it: how names, values and types are written.
///
/// Texts suppose a session with `settings`.
public enum SQLDialect: Sendable, CaseIterable {
    case flink, spark

    /// As its makers call it.
    public var title: String {
        switch self {
        case .flink: "Flink SQL"
        case .spark: "Spark SQL"
        }
    }

    /// What a session must be set to for our texts to mean what they say: names and values.
    public var settings: [(name: String, value: String)] {
        switch self {
        case .flink: [("table.local-time-zone", "UTC")]
        case .spark:
            [
                ("spark.sql.session.timeZone", "UTC"),
                ("spark.sql.caseSensitive", "true"),
                // Overflows and divisions by zero are errors.
                ("spark.sql.ansi.enabled", "true"),
                ("spark.sql.mapKeyDedupPolicy", "EXCEPTION"),
                // Letters change case as Unicode says, not as the Java of the place.
                ("spark.sql.icu.caseMappings.enabled", "true"),
                // It adds in another order, which overflows elsewhere.
                (
                    "spark.sql.optimizer.excludedRules",
                    "org.apache.spark.sql.catalyst.optimizer.ReorderAssociativeOperator"
                ),
            ]
        }
    }

    /// A name between its quotes.
    public func quoted(_ name: String) -> String {
        "`" + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``") + "`"
    }

    /// A text literal, which never holds the two characters `${`.
    ///
    /// Spark replaces `${env:NAME}` everywhere in a statement, and programs use such variables for their places.
    public func string(_ text: String) -> String {
        switch self {
        case .spark: Self.sparkString(text)
        case .flink: Self.flinkString(text)
        }
    }

    private static func sparkString(_ text: String) -> String {
        var literal = "'"
        var previous: UnicodeScalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'": literal += "\\'"
            case "\\": literal += "\\\\"
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\t": literal += "\\t"
            case "{" where previous == "$": literal += "\\u007B"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: literal += "\\u00" + hexadecimal(scalar.value)
            default: literal.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return literal + "'"
    }

    private static func flinkString(_ text: String) -> String {
        let needsEscapes = text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } || holdsVariable(text)
        var literal = needsEscapes ? "U&'" : "'"
        var previous: UnicodeScalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'": literal += "''"
            case "\\" where needsEscapes: literal += "\\\\"
            case "{" where previous == "$": literal += "\\007B"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: literal += "\\00" + hexadecimal(scalar.value)
            default: literal.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return literal + "'"
    }

    private static func holdsVariable(_ text: String) -> Bool {
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if previous == UInt8(ascii: "$"), byte == UInt8(ascii: "{") { return true }
            previous = byte
        }
        return false
    }

    private static func hexadecimal(_ byte: UInt32) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// A type without its nullability; `nil` for what the dialect does not have.
    ///
    /// Parts of lists, maps and rows are nullable: Flink reads what is absent from a part that is not as any value.
    public func typeName(_ type: FieldType) -> String? {
        switch type.kind {
        case .boolean: return "BOOLEAN"
        case .int64: return "BIGINT"
        case .double: return "DOUBLE"
        case .string: return "STRING"
        // The text of `TaggedJSON`, NULL for null: a column of SQL has one type.
        case .any: return "STRING"
        case .bytes: return self == .flink ? "BYTES" : "BINARY"
        case .timestamp: return self == .flink ? "TIMESTAMP_LTZ(6)" : "TIMESTAMP"
        case .date: return "DATE"
        case .list(let element): return typeName(element).map { "ARRAY<\($0)>" }
        case .map(let key, let value):
            guard !key.isNullable, let key = typeName(key), let value = typeName(value) else { return nil }
            return "MAP<\(key), \(value)>"
        case .row(let schema):
            guard schema.count > 0, type != TypeFacts.none else { return nil }
            var parts: [String] = []
            for field in schema.fields {
                guard let name = typeName(field.type) else { return nil }
                parts.append(quoted(field.name) + (self == .flink ? " " : ": ") + name)
            }
            return (self == .flink ? "ROW<" : "STRUCT<") + parts.joined(separator: ", ") + ">"
        // Their scale or their meaning differs from value to value.
        case .decimal, .datetime, .duration: return nil
        }
    }
}
