import DataModel

/// The keys of some rows in a form that hashes and compares fast.
struct RowKeys: Sendable {
    enum Storage: Sendable {
        case int64(Buffer<Int64>)
        case bytes(StringBuffer)
    }

    let count: Int
    let storage: Storage
    /// 0 where the key is null; `nil` where none is.
    let validity: Buffer<UInt8>?
    let hashes: Buffer<UInt64>
}

extension RowKeys {
    /// Hashes and keys as columns, to be written to disk.
    var storedColumns: [Column] {
        let hashes = Buffer<Int64>(capacity: count)
        for row in 0..<count { hashes.append(Int64(bitPattern: self.hashes[row])) }
        let key =
            switch storage {
            case .int64(let values):
                Column(type: .int64.nullable, count: count, validity: validity, data: .int64(values))
            case .bytes(let strings):
                Column(type: .bytes.nullable, count: count, validity: validity, data: .string(strings))
            }
        return [Column(type: .int64, count: count, data: .int64(hashes)), key]
    }

    /// What `storedColumns` gave.
    init(storedColumns columns: [Column], count: Int) {
        let hashes = Buffer<UInt64>(capacity: count)
        if case .int64(let numbers) = columns[0].data {
            for row in 0..<count { hashes.append(UInt64(bitPattern: numbers[row])) }
        }
        let storage: Storage =
            switch columns[1].data {
            case .int64(let values): .int64(values)
            case .string(let strings): .bytes(strings)
            default: .int64(Buffer(repeating: 0, count: count))
            }
        self.init(count: count, storage: storage, validity: columns[1].validity, hashes: hashes)
    }
}

/// How the key fields of a collection become one key a row: an integer, a string, or fields end to end.
struct KeyLayout: Sendable {
    enum Form: Sendable {
        /// One `int64` or timestamp field.
        case int64(field: Int)
        /// One string field.
        case bytes(field: Int)
        /// Any number of fields, after the window where rows have one.
        case encoded(fields: [Int], hasWindow: Bool)
    }

    let form: Form
    /// The types of the key fields.
    let types: [FieldType]

    /// - Parameter hasWindow: whether rows of different windows differ.
    init(fields: [Int], schema: Schema, hasWindow: Bool) {
        types = fields.map { schema.fields[$0].type }
        if !hasWindow, fields.count == 1 {
            switch types[0].kind {
            case .int64, .timestamp, .duration:
                form = .int64(field: fields[0])
                return
            case .string, .bytes:
                form = .bytes(field: fields[0])
                return
            default: break
            }
        }
        form = .encoded(fields: fields, hasWindow: hasWindow)
    }

    /// The types of `RowKeys.storedColumns`.
    var storedTypes: [FieldType] {
        if case .int64 = form { [.int64, .int64] } else { [.int64, .bytes] }
    }

    func keys(of batch: Batch) -> RowKeys {
        switch form {
        case .int64(let field): return Self.keys(int64: batch.columns[field])
        case .bytes(let field): return Self.keys(bytes: batch.columns[field])
        case .encoded(let fields, let hasWindow):
            return Self.keys(
                encoding: fields.map { batch.columns[$0] }, windows: hasWindow ? batch.windows : nil, batch.count)
        }
    }

    private static func keys(int64 column: Column) -> RowKeys {
        let count = column.count
        let hashes = Buffer<UInt64>(uninitializedCount: count)
        guard case .int64(let values) = column.data else {
            return keys(encoding: [column], windows: nil, count)
        }
        let source = values.pointer
        let target = hashes.pointer
        for row in 0..<count { target[row] = Hashing.hash(source[row]) }
        hashNulls(column.validity, target, count)
        return RowKeys(count: count, storage: .int64(values), validity: column.validity, hashes: hashes)
    }

    private static func keys(bytes column: Column) -> RowKeys {
        let count = column.count
        guard case .string(let strings) = column.data else {
            return keys(encoding: [column], windows: nil, count)
        }
        let hashes = hash(strings, count: count)
        hashNulls(column.validity, hashes.pointer, count)
        return RowKeys(count: count, storage: .bytes(strings), validity: column.validity, hashes: hashes)
    }

    private static func hash(_ strings: StringBuffer, count: Int) -> Buffer<UInt64> {
        let hashes = Buffer<UInt64>(uninitializedCount: count)
        let target = hashes.pointer
        let offsets = strings.offsets.pointer
        let bytes = strings.bytes.pointer
        for row in 0..<count {
            let start = Int(offsets[row])
            target[row] = Hashing.hash(bytes + start, count: Int(offsets[row + 1]) - start)
        }
        return hashes
    }

    private static func hashNulls(_ validity: Buffer<UInt8>?, _ hashes: UnsafeMutablePointer<UInt64>, _ count: Int) {
        guard let validity else { return }
        for row in 0..<count where validity.pointer[row] == 0 { hashes[row] = Hashing.null }
    }

    private static func keys(encoding columns: [Column], windows: WindowColumn?, _ count: Int) -> RowKeys {
        let strings = KeyEncoder.encode(columns, windows: windows, count: count)
        return RowKeys(count: count, storage: .bytes(strings), validity: nil, hashes: hash(strings, count: count))
    }

    /// The key fields, and the windows where the layout has them, of keys that `keys(of:)` made.
    func columns(of keys: RowKeys) -> (columns: [Column], windows: WindowColumn?) {
        switch (form, keys.storage) {
        case (.int64, .int64(let values)):
            return ([Column(type: types[0], count: keys.count, validity: keys.validity, data: .int64(values))], nil)
        case (.bytes, .bytes(let strings)):
            return ([Column(type: types[0], count: keys.count, validity: keys.validity, data: .string(strings))], nil)
        case (.encoded(let fields, let hasWindow), .bytes(let strings)):
            return decoded(strings, count: keys.count, fields: fields.count, hasWindow: hasWindow)
        default:
            return ([], nil)
        }
    }

    private func decoded(
        _ strings: StringBuffer, count: Int, fields: Int, hasWindow: Bool
    ) -> (columns: [Column], windows: WindowColumn?) {
        var builders = types.map { ColumnBuilder(type: $0, capacity: count) }
        let windows = hasWindow ? WindowColumn(starts: Buffer(capacity: count), ends: Buffer(capacity: count)) : nil
        for row in 0..<count {
            var reader = BinaryReader(strings[row])
            if let windows {
                windows.starts.append(reader.int64())
                windows.ends.append(reader.int64())
            }
            for field in 0..<fields { builders[field].append(reader.value(of: types[field])) }
        }
        return (builders.indices.map { builders[$0].finish() }, windows)
    }
}
