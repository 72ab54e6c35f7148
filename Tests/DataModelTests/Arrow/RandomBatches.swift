import DataModel

/// Random schemas and batches of them, the same for the same seed.
struct RandomBatches {
    private var state: UInt64
    private let hasDecimals: Bool

    init(seed: UInt64, hasDecimals: Bool = true) {
        self.hasDecimals = hasDecimals
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % bound
    }

    mutating func batch() -> Batch {
        let schema = schema(depth: 0, fields: 1 + next(5))
        let rows = [0, 1, 7, 8, 9, 64, 65][next(7)]
        let columns = schema.fields.map { field -> Column in
            var builder = ColumnBuilder(type: field.type, capacity: rows)
            let isUniform = next(2) == 0
            let kind = next(8)
            for _ in 0..<rows { builder.append(value(field.type, isUniform ? kind : nil)) }
            return builder.finish()
        }
        return Batch(schema: schema, columns: columns, count: rows)
    }

    private mutating func schema(depth: Int, fields: Int) -> Schema {
        Schema((0..<fields).map { Field(["a", "Größe", "c d", "_x", "日"][$0 % 5], type(depth: depth)) })
    }

    private mutating func type(depth: Int) -> FieldType {
        let plain: [FieldType.Kind] = [
            .boolean, .int64, .double, .string, .bytes, .timestamp, .duration, .date, .datetime, .decimal, .any,
        ]
        let kind: FieldType.Kind
        switch next(depth < 3 ? 15 : 11) {
        case let index where index < plain.count:
            kind = plain[index] == .decimal && !hasDecimals ? .string : plain[index]
        case 11, 12: kind = .list(type(depth: depth + 1))
        case 13: kind = .map(key: .string, value: type(depth: depth + 1))
        default: kind = .row(schema(depth: depth + 1, fields: 1 + next(3)))
        }
        return FieldType(kind, isNullable: kind == .any || next(2) == 0)
    }

    private mutating func value(_ type: FieldType, _ kind: Int? = nil) -> Value {
        if type.isNullable, next(4) == 0 { return .null }
        switch type.kind {
        case .any: return dynamic(kind ?? next(8))
        case .boolean: return .boolean(next(2) == 0)
        case .int64: return .int([0, -1, .max, .min, 42, Int64(next(1000))][next(6)])
        case .double: return .double([0, -0.0, 1.5, .infinity, -1e300, .leastNonzeroMagnitude][next(6)])
        case .string: return .string(["", "a", "Straße", "日本語", "nul\u{0}", "🙂🙂"][next(6)])
        case .bytes: return .bytes([[], [0], [0xFF, 0x00, 0x80]][next(3)])
        case .timestamp: return .timestamp([0, -1, 1_772_434_800_000_000, 951_782_400_123_456][next(4)])
        case .duration: return .duration([0, -5, 86_400_000_000][next(3)])
        case .date: return .date([0, -1, 20_000, -700_000][next(4)])
        case .datetime:
            return .datetime(
                DateTimeValue(localMicroseconds: Int64(next(1 << 40)), offsetSeconds: next(5) == 0 ? 3600 : nil))
        case .decimal: return .decimal(DecimalValue(unscaled: Int128(next(100_000)) - 50_000, scale: 2))
        case .list(let element): return .list((0..<next(4)).map { _ in value(element) })
        case .map(_, let element):
            return .map(MapValue((0..<next(3)).map { (Value.string("k\($0)"), value(element)) }))
        case .row(let schema):
            return .row(RowValue(names: schema.names, values: schema.fields.map { value($0.type) }))
        }
    }

    private mutating func dynamic(_ kind: Int) -> Value {
        switch kind {
        case 0: .boolean(next(2) == 0)
        case 1: .int(Int64(next(1000)) - 500)
        case 2: .double([0.5, .nan, .infinity, 2.0][next(4)])
        case 3: .string(["x", "\"quoted\"", "ü"][next(3)])
        case 4: .list([.int(1), .null, .string("s")])
        case 5: .map(MapValue([(.int(1), .string("one")), (.string("two"), .list([]))]))
        case 6: .row(RowValue(names: ["p", "q"], values: [.bytes([1, 2]), .timestamp(5)]))
        default: [.date(3), .decimal(DecimalValue(unscaled: 125, scale: 2)), .duration(7)][next(3)]
        }
    }
}
