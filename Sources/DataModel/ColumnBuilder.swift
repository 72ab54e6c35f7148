/// Makes a column out of values that come one at a time.
public struct ColumnBuilder {
    public let type: FieldType
    public private(set) var count = 0
    /// Made at the first null.
    private var validity: Buffer<UInt8>?
    private let capacity: Int
    private var storage: Storage

    /// One case a layout of `ColumnData`; children are boxed, as a builder cannot contain itself.
    private enum Storage {
        case boolean(Buffer<UInt8>)
        case int64(Buffer<Int64>)
        case double(Buffer<Double>)
        case string(offsets: Buffer<Int32>, bytes: Buffer<UInt8>)
        case list(offsets: Buffer<Int32>, Child)
        case map(offsets: Buffer<Int32>, keys: Child, values: Child)
        case row(Schema, [Child])
        case values(ValueArray)
    }

    /// An array with one owner, so that appending never copies it.
    private final class ValueArray {
        var values: [Value] = []
    }

    private final class Child {
        var builder: ColumnBuilder

        init(_ type: FieldType, _ capacity: Int) {
            builder = ColumnBuilder(type: type, capacity: capacity)
        }
    }

    /// An empty column with room for `capacity` rows.
    public init(type: FieldType, capacity: Int = 0) {
        self.type = type
        self.capacity = capacity
        func offsets() -> Buffer<Int32> {
            let offsets = Buffer<Int32>(capacity: capacity + 1)
            offsets.append(0)
            return offsets
        }
        switch type.kind {
        case .boolean: storage = .boolean(Buffer(capacity: capacity))
        case .int64, .timestamp, .duration: storage = .int64(Buffer(capacity: capacity))
        case .double: storage = .double(Buffer(capacity: capacity))
        case .string, .bytes: storage = .string(offsets: offsets(), bytes: Buffer(capacity: capacity))
        case .list(let element): storage = .list(offsets: offsets(), Child(element, capacity))
        case .map(let key, let value):
            storage = .map(offsets: offsets(), keys: Child(key, capacity), values: Child(value, capacity))
        case .row(let schema): storage = .row(schema, schema.fields.map { Child($0.type, capacity) })
        case .any, .decimal, .date, .datetime:
            let array = ValueArray()
            array.values.reserveCapacity(capacity)
            storage = .values(array)
        }
    }

    /// Appends a value; one that does not belong to the type is appended as null.
    ///
    /// An integer belongs to `double`. In a row, fields go by name: one that is missing is null.
    /// - Returns: whether the value belongs to the type; null does if the type is nullable.
    @discardableResult
    public mutating func append(_ value: Value) -> Bool {
        switch (value, storage) {
        case (.boolean(let flag), .boolean(let buffer)): buffer.append(flag ? 1 : 0)
        case (.int(let number), .int64(let buffer)) where type.kind == .int64: buffer.append(number)
        case (.timestamp(let micros), .int64(let buffer)) where type.kind == .timestamp: buffer.append(micros)
        case (.duration(let micros), .int64(let buffer)) where type.kind == .duration: buffer.append(micros)
        case (.double(let number), .double(let buffer)): buffer.append(number)
        case (.int(let number), .double(let buffer)): buffer.append(Double(number))
        case (.string(var text), .string(let offsets, let bytes)) where type.kind == .string:
            text.withUTF8 { utf8 in
                if let base = utf8.baseAddress { bytes.append(base, count: utf8.count) }
            }
            offsets.append(Int32(bytes.count))
        case (.bytes(let content), .string(let offsets, let bytes)) where type.kind == .bytes:
            content.withUnsafeBufferPointer { source in
                if let base = source.baseAddress { bytes.append(base, count: source.count) }
            }
            offsets.append(Int32(bytes.count))
        case (.list(let elements), .list(let offsets, let child)):
            var fits = true
            for element in elements where !child.builder.append(element) { fits = false }
            offsets.append(Int32(child.builder.count))
            markValid()
            return fits
        case (.map(let map), .map(let offsets, let keys, let values)):
            var fits = true
            for entry in map.entries {
                if !keys.builder.append(entry.key) { fits = false }
                if !values.builder.append(entry.value) { fits = false }
            }
            offsets.append(Int32(keys.builder.count))
            markValid()
            return fits
        case (.row(let row), .row(let schema, let children)):
            let fits = append(row, schema, children)
            markValid()
            return fits
        case (_, .values(let array)) where accepts(value):
            array.values.append(value)
            if value.isNull { markNull() } else { markValid() }
            return !value.isNull || type.isNullable
        default:
            appendNull()
            return value.isNull && type.isNullable
        }
        markValid()
        return true
    }

    /// Whether a value belongs in a column of values that carry their type.
    private func accepts(_ value: Value) -> Bool {
        switch (type.kind, value) {
        case (.any, _), (_, .null), (.decimal, .decimal), (.date, .date), (.datetime, .datetime): true
        default: false
        }
    }

    private func append(_ row: RowValue, _ schema: Schema, _ children: [Child]) -> Bool {
        var fits = row.values.count == children.count
        for (position, child) in children.enumerated() {
            let name = schema.fields[position].name
            let value: Value
            if position < row.names.count, row.names[position].utf8.elementsEqual(name.utf8) {
                value = row.values[position]
            } else {
                value = row[name] ?? .null
            }
            if !child.builder.append(value) { fits = false }
        }
        return fits
    }

    /// Appends null, whether or not the type is nullable.
    public mutating func appendNull() {
        switch storage {
        case .boolean(let buffer): buffer.append(0)
        case .int64(let buffer): buffer.append(0)
        case .double(let buffer): buffer.append(0)
        case .string(let offsets, let bytes): offsets.append(Int32(bytes.count))
        case .list(let offsets, let child): offsets.append(Int32(child.builder.count))
        case .map(let offsets, let keys, _): offsets.append(Int32(keys.builder.count))
        case .row(_, let children):
            for child in children { child.builder.appendNull() }
        case .values(let array): array.values.append(.null)
        }
        markNull()
    }

    private mutating func markValid() {
        validity?.append(1)
        count += 1
    }

    private mutating func markNull() {
        if validity == nil {
            let made = Buffer<UInt8>(capacity: max(capacity, count + 1))
            made.pointer.initialize(repeating: 1, count: count)
            made.count = count
            validity = made
        }
        validity?.append(0)
        count += 1
    }

    /// The column; the builder must not be used afterwards.
    public consuming func finish() -> Column {
        let data: ColumnData =
            switch storage {
            case .boolean(let buffer): .boolean(buffer)
            case .int64(let buffer): .int64(buffer)
            case .double(let buffer): .double(buffer)
            case .string(let offsets, let bytes): .string(StringBuffer(offsets: offsets, bytes: bytes))
            case .list(let offsets, let child):
                .list(offsets: offsets, elements: ColumnBox(child.builder.finish()))
            case .map(let offsets, let keys, let values):
                .map(
                    offsets: offsets, keys: ColumnBox(keys.builder.finish()),
                    values: ColumnBox(values.builder.finish()))
            case .row(_, let children): .row(children.map { $0.builder.finish() })
            case .values(let array): .values(ValueBuffer(array.values))
            }
        return Column(type: type, count: count, validity: validity, data: data)
    }
}

extension Column {
    /// A column of the given values; those that do not belong to the type become null.
    public init(_ values: some Collection<Value>, type: FieldType) {
        var builder = ColumnBuilder(type: type, capacity: values.count)
        for value in values { builder.append(value) }
        self = builder.finish()
    }
}
