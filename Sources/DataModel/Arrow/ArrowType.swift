/// What Arrow calls a type: how the values of a field lie in a message.
///
/// Source: Apache Arrow's columnar format 1.5, `Schema.fbs`.
indirect enum ArrowType: Equatable, Sendable {
    enum Unit: Int16 {
        case second, millisecond, microsecond, nanosecond
    }

    case null
    case boolean
    case int(bits: Int32, isSigned: Bool)
    /// 16, 32 or 64 bits.
    case float(bits: Int)
    case utf8(offsetBits: Int)
    case binary(offsetBits: Int)
    case view(isText: Bool)
    case fixedSizeBinary(Int32)
    case decimal(scale: Int32, bits: Int32)
    /// Days in 32 bits, or milliseconds in 64.
    case date(isMilliseconds: Bool)
    case time(Unit, bits: Int32)
    case timestamp(Unit, hasZone: Bool)
    case duration(Unit)
    case interval
    case list(offsetBits: Int)
    case listView(offsetBits: Int)
    case fixedSizeList(Int32)
    case structure
    case map
    case union(isDense: Bool, typeIds: [Int32])
    case runEndEncoded
}

/// A field as a message has it.
struct ArrowField: Sendable {
    var name: String
    var type: ArrowType
    var isNullable: Bool
    var children: [ArrowField] = []
    var metadata: [(key: String, value: String)] = []
    /// The id of the dictionary that the values index, and the type of the indexes.
    var dictionary: (id: Int64, index: ArrowType)?

    /// Our own type, where it is another than the physical one.
    var annotation: String? { metadata.last { $0.key == Self.typeKey }?.value }
    var isTaggedJSON: Bool { metadata.contains { $0.key == Self.encodingKey && $0.value == Self.json } }

    static let typeKey = "beamstack.type"
    static let encodingKey = "beamstack.encoding"
    static let json = "json"
}

// MARK: Writing

extension ArrowField {
    static func schema(_ fields: [ArrowField]) -> [UInt8] {
        ArrowMessage.metadata(header: 1, bodyLength: 0) { writer in
            writer.table([
                .offset(1) { writer in writer.tables(fields.map { field in { field.write(&$0) } }) }
            ])
        }
    }

    private func write(_ writer: inout FlatBufferWriter) -> Int {
        let (kind, slots) = type.encoded
        let children = children
        let metadata = metadata
        let name = name
        var all: [FlatBufferWriter.Slot] = [
            .offset(0) { $0.text(name) }, .flag(1, isNullable), .byte(2, kind), .offset(3) { $0.table(slots) },
            .offset(5) { writer in writer.tables(children.map { child in { child.write(&$0) } }) },
        ]
        if !metadata.isEmpty {
            all.append(
                .offset(6) { writer in
                    writer.tables(
                        metadata.map { entry in
                            { $0.table([.offset(0) { $0.text(entry.key) }, .offset(1) { $0.text(entry.value) }]) }
                        })
                })
        }
        return writer.table(all)
    }
}

extension ArrowType {
    /// The number of the type in the union `Type`, and the slots of its table; only types that we write.
    fileprivate var encoded: (kind: UInt8, slots: [FlatBufferWriter.Slot]) {
        switch self {
        case .boolean: (6, [])
        case .int(let bits, let isSigned): (2, [.int(0, bits), .flag(1, isSigned)])
        case .float: (3, [.short(0, 2)])
        case .utf8: (5, [])
        case .binary: (4, [])
        case .decimal(let scale, let bits): (7, [.int(0, 38), .int(1, scale), .int(2, bits)])
        case .date: (8, [.short(0, 0)])
        case .timestamp(let unit, let hasZone):
            (10, [.short(0, unit.rawValue)] + (hasZone ? [.offset(1) { $0.text("UTC") }] : []))
        case .duration(let unit): (18, [.short(0, unit.rawValue)])
        case .list: (12, [])
        case .structure: (13, [])
        case .map: (17, [.flag(0, false)])
        default: (1, [])
        }
    }
}

// MARK: Reading

extension ArrowField {
    /// Fields nested deeper are refused, so that none can exhaust the stack.
    private static let maximumDepth = 64
    /// Fields and texts may be used more than once: a small message could stand for more of them than there is memory.
    /// Those that no other uses take more bytes than this allows for.
    private struct Budget {
        private var bytes: Int
        init(_ metadata: Int) { bytes = 4 * metadata }

        mutating func spend(_ count: Int) throws(ArrowError) {
            bytes -= count + 16
            guard bytes >= 0 else { throw ArrowError("the metadata of an Arrow message is damaged") }
        }
    }

    static func fields(ofSchema table: FlatBufferTable) throws(ArrowError) -> [ArrowField] {
        if try table.number(0, Int16(0)) != 0 { throw ArrowError("big-endian Arrow data is not read") }
        var fields: [ArrowField] = []
        var budget = Budget(table.byteCount)
        for child in try table.tables(1) { fields.append(try ArrowField(child, depth: 0, &budget)) }
        return fields
    }

    private init(_ table: FlatBufferTable, depth: Int, _ budget: inout Budget) throws(ArrowError) {
        name = try table.text(0) ?? ""
        try budget.spend(name.utf8.count)
        isNullable = try table.number(1, UInt8(0)) != 0
        guard depth < Self.maximumDepth else { throw ArrowError("field '\(name)' is nested too deeply") }
        type = try ArrowType(kind: table.number(2, UInt8(0)), try table.table(3), field: name)
        for child in try table.tables(5) { children.append(try ArrowField(child, depth: depth + 1, &budget)) }
        for entry in try table.tables(6) {
            let (key, value) = (try entry.text(0) ?? "", try entry.text(1) ?? "")
            try budget.spend(key.utf8.count + value.utf8.count)
            metadata.append((key, value))
        }
        if let encoding = try table.table(4) {
            var index = ArrowType.int(bits: 32, isSigned: true)
            if let type = try encoding.table(1) { index = try ArrowType(kind: 2, type, field: name) }
            dictionary = (try encoding.number(0, Int64(0)), index)
        }
        let expected: Int? =
            switch type {
            case .list, .listView, .fixedSizeList, .map: 1
            case .runEndEncoded: 2
            default: nil
            }
        if let expected, children.count != expected {
            throw ArrowError("field '\(name)' lacks the type of its elements")
        }
        if case .map = type, children[0].children.count != 2 || children[0].type != .structure {
            throw ArrowError("field '\(name)' is a map without keys and values")
        }
    }
}

extension ArrowType {
    fileprivate init(kind: UInt8, _ table: FlatBufferTable?, field: String) throws(ArrowError) {
        guard let table else { throw ArrowError("field '\(field)' has no type") }
        func unit(_ absent: Unit) throws(ArrowError) -> Unit {
            guard let unit = Unit(rawValue: try table.number(0, absent.rawValue)) else {
                throw ArrowError("field '\(field)' has an unknown unit of time")
            }
            return unit
        }
        switch kind {
        case 1: self = .null
        case 2:
            let bits: Int32 = try table.number(0, 0)
            guard [8, 16, 32, 64].contains(bits) else { throw ArrowError("field '\(field)' has \(bits)-bit integers") }
            self = .int(bits: bits, isSigned: try table.number(1, UInt8(0)) != 0)
        case 3:
            self = .float(bits: try table.number(0, Int16(0)) == 0 ? 16 : try table.number(0, Int16(0)) == 1 ? 32 : 64)
        case 4: self = .binary(offsetBits: 32)
        case 5: self = .utf8(offsetBits: 32)
        case 6: self = .boolean
        case 7:
            let bits: Int32 = try table.number(2, 128)
            guard [32, 64, 128, 256].contains(bits) else {
                throw ArrowError("field '\(field)' has \(bits)-bit decimals")
            }
            let scale: Int32 = try table.number(1, 0)
            guard abs(Int(scale)) <= 76 else { throw ArrowError("field '\(field)' has decimals of scale \(scale)") }
            self = .decimal(scale: scale, bits: bits)
        case 8: self = .date(isMilliseconds: try table.number(0, Int16(1)) == 1)
        case 9: self = .time(try unit(.millisecond), bits: try table.number(1, Int32(32)) == 64 ? 64 : 32)
        case 10: self = .timestamp(try unit(.second), hasZone: !(try table.text(1) ?? "").isEmpty)
        case 11: self = .interval
        case 12: self = .list(offsetBits: 32)
        case 13: self = .structure
        case 14:
            self = .union(isDense: try table.number(0, Int16(0)) == 1, typeIds: try table.numbers(1, of: Int32.self))
        case 15:
            let width: Int32 = try table.number(0, 0)
            guard width >= 0 else { throw ArrowError("field '\(field)' has values of \(width) bytes") }
            self = .fixedSizeBinary(width)
        case 16:
            let size: Int32 = try table.number(0, 0)
            guard size >= 0 else { throw ArrowError("field '\(field)' has lists of \(size) elements") }
            self = .fixedSizeList(size)
        case 17: self = .map
        case 18: self = .duration(try unit(.millisecond))
        case 19: self = .binary(offsetBits: 64)
        case 20: self = .utf8(offsetBits: 64)
        case 21: self = .list(offsetBits: 64)
        case 22: self = .runEndEncoded
        case 23: self = .view(isText: false)
        case 24: self = .view(isText: true)
        case 25: self = .listView(offsetBits: 32)
        case 26: self = .listView(offsetBits: 64)
        default: throw ArrowError("field '\(field)' has Arrow's type number \(kind), which is not known")
        }
    }
}
