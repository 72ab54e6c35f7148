/// One named, typed column.
public struct Field: Hashable, Sendable {
    public var name: String
    public var type: FieldType

    public init(_ name: String, _ type: FieldType) {
        self.name = name
        self.type = type
    }
}

/// The ordered fields of a row. Names are unique.
public struct Schema: Hashable, Sendable {
    public let fields: [Field]

    public init(_ fields: [Field]) {
        self.fields = fields
    }

    public static let empty = Schema([])

    public var names: [String] { fields.map(\.name) }
    public var count: Int { fields.count }

    /// The position of a field; names compare by code point, as Python's do.
    public func index(of name: String) -> Int? {
        fields.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }

    public subscript(name: String) -> Field? {
        index(of: name).map { fields[$0] }
    }

    /// The fields of both in order of first appearance; a field that one side lacks is nullable in the result.
    public func union(_ other: Schema, widensIntegers: Bool = false) -> Schema {
        var merged = fields.map { field in
            other[field.name].map {
                Field(field.name, field.type.union($0.type, widensIntegers: widensIntegers))
            } ?? Field(field.name, field.type.nullable)
        }
        for field in other.fields where index(of: field.name) == nil {
            merged.append(Field(field.name, field.type.nullable))
        }
        return Schema(merged)
    }
}

extension Schema: CustomStringConvertible {
    /// `a: int64, b: string?`
    public var description: String {
        fields.map { "\($0.name): \($0.type)" }.joined(separator: ", ")
    }
}
