import DataModel

/// What the checker knows about types beyond `FieldType`.
enum TypeFacts {
    /// The type of `None` by itself; it never leaves the checker.
    static let none = FieldType(.row(Schema([Field("\u{0}none", .any)])), isNullable: true)

    /// The type with `None` by itself as `any`.
    static func exposed(_ type: FieldType) -> FieldType { type == none ? .any : type }

    /// The type of a value that comes from one of two places.
    static func join(_ left: FieldType, _ right: FieldType) -> FieldType {
        if left == right { return left }
        if left == none { return right.nullable }
        if right == none { return left.nullable }
        return left.union(right)
    }

    static func join(_ types: some Sequence<FieldType>) -> FieldType {
        var joined: FieldType?
        for type in types { joined = joined.map { join($0, type) } ?? type }
        return exposed(joined ?? .any)
    }

    /// Some value of a type, to ask the runtime what an operation makes of it; `nil` for `any`.
    ///
    /// What holds an `any` inside is shown empty, so that nothing is said of its elements.
    static func sample(_ type: FieldType) -> Value? {
        if type == none { return .null }
        switch type.kind {
        case .any: return nil
        case .boolean: return .boolean(true)
        case .int64: return .int(1)
        case .double: return .double(1)
        case .string: return .string("a")
        case .bytes: return .bytes([97])
        case .timestamp: return .timestamp(1_000_000)
        case .duration: return .duration(1_000_000)
        case .date: return .date(1)
        case .datetime: return .datetime(DateTimeValue(localMicroseconds: 1_000_000))
        case .decimal: return .decimal(DecimalValue(unscaled: 1, scale: 0))
        case .list(let element): return .list(sample(element).map { [$0] } ?? [])
        case .map(let key, let value):
            guard let key = sample(key), let value = sample(value) else { return .map(MapValue()) }
            return .map(MapValue([(key, value)]))
        case .row(let schema):
            return .row(
                RowValue(names: schema.names, values: schema.fields.map { sample($0.type) ?? .null }))
        }
    }

    /// What iterating over a value of the type gives.
    static func element(of type: FieldType) -> FieldType {
        switch type.kind {
        case .list(let element): element
        case .map(let key, _): key
        case .string: .string
        case .bytes: .int64
        default: .any
        }
    }

    /// Whether the samples of a type say all about it.
    static func isExact(_ type: FieldType) -> Bool {
        switch type.kind {
        case .any: false
        case .list(let element): isExact(element)
        case .map(let key, let value): isExact(key) && isExact(value)
        case .row(let schema): type == none || schema.fields.allSatisfy { isExact($0.type) }
        default: true
        }
    }
}
