public import DataModel
import Diagnostics

/// Reads rows that came back from an engine: a line of JSON each, whose types the schema tells.
///
/// Times are microseconds, days their number since 1970, bytes base64, decimals text, NaN and infinities words between
/// quotes; values of no fixed type text of tagged JSON; a field that is absent is null. Maps are objects, as Spark writes them, or lists of pairs, as our format for
/// Flink does.
public struct RowDecoder: Sendable {
    private let schema: Schema

    public init(schema: Schema) {
        self.schema = schema
    }

    /// The row of a line; `nil` where it does not fit the schema.
    public func row(_ line: UnsafeRawBufferPointer) -> RowValue? {
        guard let json = JSONText.parse(line) else { return nil }
        return row(json, schema)
    }

    private func row(_ json: JSONText, _ schema: Schema) -> RowValue? {
        guard case .object = json else { return nil }
        var values: [Value] = []
        for field in schema.fields {
            guard let value = value(json[field.name] ?? .null, field.type) else { return nil }
            values.append(value)
        }
        return RowValue(names: schema.names, values: values)
    }

    private func value(_ json: JSONText, _ type: FieldType) -> Value? {
        if json.isNull { return .null }
        switch type.kind {
        case .boolean: return json.bool.map(Value.boolean)
        case .int64: return integer(json).map(Value.int)
        case .double: return double(json).map(Value.double)
        case .string: return json.string.map(Value.string)
        case .bytes: return json.string.flatMap { Base64.decode($0) }.map(Value.bytes)
        case .timestamp: return integer(json).map(Value.timestamp)
        case .list(let element):
            guard let elements = json.elements else { return nil }
            let values = elements.compactMap { value($0, element) }
            return values.count == elements.count ? .list(values) : nil
        case .map(let key, let item): return map(json, key, item)
        case .row(let schema): return row(json, schema).map(Value.row)
        case .duration: return integer(json).map(Value.duration)
        case .date: return integer(json).flatMap { Int(exactly: $0) }.map(Value.date)
        case .datetime:
            return integer(json).map { .datetime(DateTimeValue(localMicroseconds: $0)) }
        case .decimal: return json.string.flatMap(decimal).map(Value.decimal)
        case .any: return json.string.flatMap { TaggedJSON.value(ofText: $0) }
        }
    }

    private func map(_ json: JSONText, _ key: FieldType, _ item: FieldType) -> Value? {
        var entries: [(Value, Value)] = []
        switch json {
        case .object(let members):
            for member in members {
                guard let name = self.key(member.name, key), let value = value(member.value, item) else { return nil }
                entries.append((name, value))
            }
        case .array(let pairs):
            for pair in pairs {
                guard let parts = pair.elements, parts.count == 2, let name = value(parts[0], key),
                    let value = value(parts[1], item)
                else { return nil }
                entries.append((name, value))
            }
        default: return nil
        }
        return .map(MapValue(entries))
    }

    /// Plain digits with a sign and a point.
    private func decimal(_ text: String) -> DecimalValue? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? parts[1] : ""
        return Int128(parts[0] + fraction).map { DecimalValue(unscaled: $0, scale: fraction.utf8.count) }
    }

    private func key(_ text: String, _ type: FieldType) -> Value? {
        switch type.kind {
        case .string: .string(text)
        case .int64: Int64(text).map(Value.int)
        case .double: Double(text).map(Value.double)
        case .boolean: Bool(text).map(Value.boolean)
        default: nil
        }
    }

    private func integer(_ json: JSONText) -> Int64? {
        if case .integer(let number) = json { number } else { nil }
    }

    private func double(_ json: JSONText) -> Double? {
        switch json {
        case .integer(let number): Double(number)
        case .number(let number): number
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: nil
        }
    }
}
