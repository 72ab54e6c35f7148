import DataModel

extension PythonRuntime {
    /// `receiver.name(args, keywords)` for methods that leave the receiver as it is.
    static func callMethod(
        _ receiver: Value, _ name: String, _ arguments: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        guard let signature = methods(of: receiver)[name] else {
            if let attribute = try? attribute(receiver, name) {
                throw .typeError("'\(typeName(attribute))' object is not callable")
            }
            throw missingAttribute(receiver, name)
        }
        if case .string(let text) = receiver, name == "format" {
            return .string(try formatted(text, arguments, keywords))
        }
        let owner = typeName(receiver)
        let bound = try signature.bind(owner, name, arguments, keywords)
        switch receiver {
        case .string(let text): return try StringMethods.call(text, name, bound)
        case .bytes(let bytes): return try BytesMethods.call(bytes, name, bound)
        case .list(let elements): return try ListMethods.call(elements, name, bound)
        case .map(let map): return try DictMethods.call(map, name, bound)
        case .int(let number): return try NumberMethods.call(integer: number, name)
        case .boolean(let flag): return try NumberMethods.call(integer: flag ? 1 : 0, name)
        case .double(let number): return try NumberMethods.call(float: number, name)
        case .date, .datetime, .timestamp, .duration, .decimal, .row:
            return try TemporalMethods.call(receiver, name, bound)
        case .null: throw missingAttribute(receiver, name)
        }
    }

    /// `name(args, keywords)` for a builtin, or `module.name` of a known module.
    static func callFunction(
        _ name: String, _ arguments: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        if let signature = Builtins.signatures[name] {
            return try Builtins.call(name, signature, arguments, keywords)
        }
        if let signature = MathModule.signatures[name] {
            return try MathModule.call(name, signature, arguments, keywords)
        }
        if let signature = DatetimeModule.signatures[name] {
            return try DatetimeModule.call(name, signature, arguments, keywords)
        }
        if let signature = JSONModule.signatures[name] {
            return try JSONModule.call(name, signature, arguments, keywords)
        }
        if let signature = RegexModule.signatures[name] {
            return try RegexModule.call(name, signature, arguments, keywords)
        }
        if name == "beam.Row" { return try row(arguments, keywords) }
        throw PythonError("NameError", "name '\(name)' is not defined")
    }

    private static func row(_ arguments: [Value], _ keywords: [(String, Value)]) throws(PythonError) -> Value {
        guard arguments.isEmpty else {
            throw .typeError("Row.__init__() takes 1 positional argument but \(arguments.count + 1) were given")
        }
        return .row(RowValue(names: keywords.map(\.0), values: keywords.map(\.1)))
    }

    /// Constants of modules: `math.pi`, `datetime.timezone.utc`, `re.IGNORECASE`.
    static func constant(_ name: String) -> Value? {
        MathModule.constants[name] ?? DatetimeModule.constants[name] ?? RegexModule.constants[name]
    }

    static let constantNames: [String] =
        (Array(MathModule.constants.keys) + DatetimeModule.constants.keys + RegexModule.constants.keys).sorted()

    // MARK: For the checker

    static func knows(method: String, on kind: FieldType.Kind) -> Bool { methods(of: kind)[method] != nil }

    static func knows(function: String) -> Bool { signature(ofFunction: function) != nil || function == "beam.Row" }

    /// All functions by qualified name, for suggestions.
    static let functionNames: [String] =
        (Array(Builtins.signatures.keys) + MathModule.signatures.keys + DatetimeModule.signatures.keys
        + JSONModule.signatures.keys + RegexModule.signatures.keys + ["beam.Row"]).sorted()

    /// All methods of a kind, mutating ones included, for suggestions.
    static func methodNames(of kind: FieldType.Kind) -> [String] {
        (Array(methods(of: kind).keys) + mutators(of: kind).keys).sorted()
    }

    /// What the call accepts, for counting arguments statically.
    static func signature(ofFunction name: String) -> Signature? {
        Builtins.signatures[name] ?? MathModule.signatures[name] ?? DatetimeModule.signatures[name]
            ?? JSONModule.signatures[name] ?? RegexModule.signatures[name]
    }

    static func signature(ofMethod name: String, on kind: FieldType.Kind) -> Signature? {
        methods(of: kind)[name]
    }

    /// The static type of `receiver.name(arguments)`; `nil` where it follows only at run time.
    static func resultType(ofMethod name: String, on receiver: FieldType, _ arguments: [FieldType]) -> FieldType? {
        methods(of: receiver.kind)[name]?.resultType([receiver.nonNull] + arguments)
    }

    /// The static type of `name(arguments)`; `nil` where it follows only at run time.
    static func resultType(ofFunction name: String, _ arguments: [FieldType]) -> FieldType? {
        signature(ofFunction: name)?.resultType(arguments)
    }

    private static func methods(of value: Value) -> [String: Signature] {
        switch value {
        case .null: [:]
        case .boolean, .int: NumberMethods.integerSignatures
        case .double: NumberMethods.floatSignatures
        case .string: StringMethods.signatures
        case .bytes: BytesMethods.signatures
        case .list: ListMethods.signatures
        case .map: DictMethods.signatures
        case .timestamp: TemporalMethods.timestampSignatures
        case .duration: TemporalMethods.durationSignatures
        case .date: TemporalMethods.dateSignatures
        case .datetime: TemporalMethods.datetimeSignatures
        case .decimal: TemporalMethods.decimalSignatures
        case .row: TemporalMethods.rowSignatures
        }
    }

    private static func methods(of kind: FieldType.Kind) -> [String: Signature] {
        switch kind {
        case .any: [:]
        case .boolean, .int64: NumberMethods.integerSignatures
        case .double: NumberMethods.floatSignatures
        case .string: StringMethods.signatures
        case .bytes: BytesMethods.signatures
        case .list: ListMethods.signatures
        case .map: DictMethods.signatures
        case .timestamp: TemporalMethods.timestampSignatures
        case .duration: TemporalMethods.durationSignatures
        case .date: TemporalMethods.dateSignatures
        case .datetime: TemporalMethods.datetimeSignatures
        case .decimal: TemporalMethods.decimalSignatures
        case .row: TemporalMethods.rowSignatures
        }
    }

    // MARK: Mutation

    /// Methods that change a list or dict in place; the result is the call's, mostly `None`.
    static func mutate(
        _ receiver: inout Value, _ name: String, _ arguments: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> Value {
        switch receiver {
        case .list(var elements):
            guard let signature = ListMethods.mutators[name] else { throw missingAttribute(receiver, name) }
            let bound = try signature.bind("list", name, arguments, keywords)
            receiver = .null
            defer { receiver = .list(elements) }
            return try ListMethods.mutate(&elements, name, bound)
        case .map(var map):
            guard DictMethods.mutators[name] != nil else { throw missingAttribute(receiver, name) }
            receiver = .null
            defer { receiver = .map(map) }
            return try DictMethods.mutate(&map, name, arguments, keywords)
        default: throw missingAttribute(receiver, name)
        }
    }

    static func knows(mutator: String) -> Bool {
        ListMethods.mutators[mutator] != nil || DictMethods.mutators[mutator] != nil
    }

    static func knows(mutator: String, on kind: FieldType.Kind) -> Bool { mutators(of: kind)[mutator] != nil }

    static func mutators(of kind: FieldType.Kind) -> [String: Signature] {
        switch kind {
        case .list: ListMethods.mutators
        case .map: DictMethods.mutators
        case .any: ListMethods.mutators.merging(DictMethods.mutators) { first, _ in first }
        default: [:]
        }
    }

    /// `container[index] = value`.
    static func assign(_ container: inout Value, _ index: Value, _ value: Value) throws(PythonError) {
        switch container {
        case .list(var elements):
            guard self.index(index) != nil else {
                throw .typeError("list indices must be integers or slices, not \(typeName(index))")
            }
            guard let place = self.index(index).flatMap({ wrapped($0, elements.count) }) else {
                throw .indexError("list assignment index out of range")
            }
            container = .null
            elements[place] = value
            container = .list(elements)
        case .map(var map):
            try requireHashable(index)
            container = .null
            map[index] = value
            container = .map(map)
        default: throw .typeError("'\(typeName(container))' object does not support item assignment")
        }
    }
}
