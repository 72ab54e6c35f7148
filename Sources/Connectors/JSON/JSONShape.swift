import DataModel

/// What JSON values look like, as far as they were seen.
indirect enum JSONShape {
    /// Only null, or no element of a list.
    case unknown
    case scalar(FieldType.Kind)
    case list(JSONShape)
    case object([(name: String, shape: JSONShape)])
    case mixed

    init(_ value: Value) {
        switch value {
        case .null: self = .unknown
        case .list(let elements): self = .list(elements.reduce(.unknown) { $0.joined(JSONShape($1)) })
        case .row(let row): self = .object(zip(row.names, row.values).map { ($0, JSONShape($1)) })
        case .map(let map):
            self = .object(
                map.entries.compactMap { entry in
                    if case .string(let name) = entry.key { (name, JSONShape(entry.value)) } else { nil }
                })
        default: self = .scalar(value.type.kind)
        }
    }

    init(_ type: FieldType) {
        switch type.kind {
        case .any: self = .mixed
        case .list(let element): self = .list(JSONShape(element))
        case .row(let schema): self = .object(schema.fields.map { ($0.name, JSONShape($0.type)) })
        default: self = .scalar(type.kind)
        }
    }

    /// What values of both look like: integers become doubles, objects get the members of both.
    func joined(_ other: JSONShape) -> JSONShape {
        switch (self, other) {
        case (.unknown, _): return other
        case (_, .unknown): return self
        case (.scalar(let left), .scalar(let right)):
            if left == right { return self }
            let areNumbers = [left, right].allSatisfy { $0 == .int64 || $0 == .double }
            return areNumbers ? .scalar(.double) : .mixed
        case (.list(let left), .list(let right)): return .list(left.joined(right))
        case (.object(let left), .object(let right)):
            var members = left
            for (name, shape) in right {
                if let index = members.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                    members[index].shape = members[index].shape.joined(shape)
                } else {
                    members.append((name, shape))
                }
            }
            return .object(members)
        default: return .mixed
        }
    }

    /// The type of such values. Everything is nullable, since any later record may lack it.
    var type: FieldType {
        switch self {
        case .unknown, .mixed: .any
        case .scalar(let kind): FieldType(kind, isNullable: true)
        case .list(let element): FieldType(.list(element.type), isNullable: true)
        case .object(let members) where members.isEmpty: .any
        case .object(let members):
            FieldType(.row(Schema(members.map { Field($0.name, $0.shape.type) })), isNullable: true)
        }
    }
}

/// What a sample of records says about a field.
struct JSONEvidence {
    private(set) var shape = JSONShape.unknown
    /// Integers that a double cannot hold.
    private var hasLargeInteger = false

    mutating func add(_ value: Value) {
        if case .int(let number) = value, number.magnitude > 1 << 53 { hasLargeInteger = true }
        shape = shape.joined(JSONShape(value))
        if hasLargeInteger, case .scalar(.double) = shape { shape = .mixed }
    }
}
