import DataModel

/// Chooses the kernels of a typed tree; what has none is interpreted.
struct KernelBuilder {
    let slotCount: Int

    func kernel(for node: TypedExpression) -> any Kernel {
        switch node.kind {
        case .constant(let value): return ConstantKernel(value: value)
        case .field(let index): return FieldKernel(index: index)
        case .binary(let operation, let left, let right): return binary(node, operation, left, right)
        case .unary(.not, let operand): return NotKernel(operand: kernel(for: operand))
        case .unary(.negate, let operand) where operand.type.kind == .int64 || operand.type.kind == .double:
            return NegationKernel(operand: kernel(for: operand), type: node.type)
        case .comparison(let first, let links): return comparison(node, first, links)
        case .logical(let isAnd, let operands):
            // Operands of other types must not be brought to the result's type before their truth is known.
            guard operands.allSatisfy({ $0.type.kind == node.type.kind && !$0.type.isAny }) else { break }
            return LogicalKernel(isAnd: isAnd, parts: operands.map(part), type: node.type)
        case .conditional(let test, let then, let otherwise):
            return ConditionalKernel(
                test: kernel(for: test), then: part(then), otherwise: part(otherwise), type: node.type)
        case .method(let receiver, let name, let arguments):
            if let kernel = method(receiver, name, arguments) { return kernel }
        case .function(let name, let arguments):
            if let kernel = function(node, name, arguments) { return kernel }
        case .formatted(let parts):
            if let kernel = formatted(parts) { return kernel }
        case .attribute(let base, let name):
            if case .row(let schema) = base.type.kind, let index = schema.index(of: name) {
                return NestedFieldKernel(operand: kernel(for: base), index: index, name: name, type: node.type)
            }
        case .subscripted(let base, let index):
            if case .list = base.type.kind, index.type.kind == .int64 {
                return ElementKernel(operand: kernel(for: base), index: kernel(for: index), type: node.type)
            }
        case .row:
            guard case .row(let schema) = node.type.kind else { break }
            return RowKernel(parts: schema.fields.indices.map { FieldKernel(index: $0) }, type: node.type)
        case .newRow(let fields):
            return RowKernel(parts: fields.map { kernel(for: $0.value) }, type: node.type)
        case .checked(let operand, let type):
            return CheckedKernel(operand: kernel(for: operand), type: type)
        default: break
        }
        return InterpretedKernel(node, slotCount: slotCount)
    }

    private func part(_ node: TypedExpression) -> LogicalKernel.Part {
        var fields: Set<Int> = []
        var readsRow = false
        node.visit { inner in
            if case .field(let index) = inner.kind { fields.insert(index) }
            if case .row = inner.kind { readsRow = true }
        }
        return LogicalKernel.Part(
            kernel: kernel(for: node), canFail: node.canFail, fields: readsRow ? nil : fields.sorted())
    }

    private static func isNumber(_ type: FieldType) -> Bool {
        switch type.kind {
        case .int64, .double, .boolean: true
        default: false
        }
    }

    private func binary(
        _ node: TypedExpression, _ operation: PythonRuntime.BinaryOperator, _ left: TypedExpression,
        _ right: TypedExpression
    ) -> any Kernel {
        if Self.isNumber(left.type), Self.isNumber(right.type), node.type.kind == .int64 || node.type.kind == .double,
            [.add, .subtract, .multiply, .divide, .floorDivide, .modulo].contains(operation)
        {
            return ArithmeticKernel(
                operation: operation, left: kernel(for: left), right: kernel(for: right), type: node.type)
        }
        if operation == .add, left.type.kind == .string, right.type.kind == .string {
            return ConcatenationKernel(
                pieces: [.value(kernel(for: left)), .value(kernel(for: right))], isAddition: true)
        }
        return InterpretedKernel(node, slotCount: slotCount)
    }

    private func comparison(
        _ node: TypedExpression, _ first: TypedExpression, _ links: [TypedExpression.ComparisonLink]
    ) -> any Kernel {
        if links.count == 1, let link = links.first {
            return self.link(first, link) ?? InterpretedKernel(node, slotCount: slotCount)
        }
        // A middle operand is evaluated once in Python: only where that makes no difference is it taken apart.
        var left = first
        var parts: [LogicalKernel.Part] = []
        for link in links {
            switch link.operand.kind {
            case .field, .constant: break
            default: return InterpretedKernel(node, slotCount: slotCount)
            }
            guard let kernel = self.link(left, link) else { return InterpretedKernel(node, slotCount: slotCount) }
            let pair = TypedExpression(.comparison(left, [link]), .boolean, node.range)
            let part = self.part(pair)
            parts.append(LogicalKernel.Part(kernel: kernel, canFail: part.canFail, fields: part.fields))
            left = link.operand
        }
        return LogicalKernel(isAnd: true, parts: parts, type: .boolean)
    }

    private func link(_ left: TypedExpression, _ link: TypedExpression.ComparisonLink) -> (any Kernel)? {
        let right = link.operand
        switch link.operation {
        case .isSame, .isNotSame:
            guard case .constant(.null) = right.kind else { return nil }
            return NullTestKernel(operand: kernel(for: left), isNegated: link.operation == .isNotSame)
        case .contains, .notContains:
            if case .constant(.list(let members)) = right.kind {
                switch left.type.kind {
                case .string, .int64:
                    guard members.allSatisfy(Self.isPlainMember) else { return nil }
                    return MembershipKernel(
                        operand: kernel(for: left), members: Set(members), isNegated: link.operation == .notContains)
                default: return nil
                }
            }
            guard left.type.kind == .string, right.type.kind == .string else { return nil }
        default:
            let isNumeric = Self.isNumber(left.type) && Self.isNumber(right.type)
            let isSame = left.type.kind == right.type.kind
            switch left.type.kind {
            case .string, .bytes, .timestamp, .duration: guard isSame else { return nil }
            default: guard isNumeric else { return nil }
            }
        }
        return ComparisonKernel(operation: link.operation, left: kernel(for: left), right: kernel(for: right))
    }

    /// Not a number equals nothing, but `in` finds the very object.
    private static func isPlainMember(_ value: Value) -> Bool {
        switch value {
        case .string, .int, .boolean, .null: true
        case .double(let number): !number.isNaN
        default: false
        }
    }

    private func method(
        _ receiver: TypedExpression, _ name: String, _ arguments: TypedExpression.Arguments
    ) -> (any Kernel)? {
        guard receiver.type.kind == .string, arguments.keywords.isEmpty,
            !arguments.positional.contains(where: { $0.isStarred })
        else { return nil }
        let values = arguments.positional.map(\.value)
        if values.isEmpty, TextTransformKernel.methods.contains(name) {
            return TextTransformKernel(operand: kernel(for: receiver), method: name)
        }
        if name == "replace", values.count == 2, case .constant(.string(let old)) = values[0].kind,
            case .constant(.string(let new)) = values[1].kind, !old.utf8.isEmpty
        {
            return ReplacementKernel(operand: kernel(for: receiver), old: Array(old.utf8), new: Array(new.utf8))
        }
        guard values.count == 1, let argument = values.first, argument.type.kind == .string else { return nil }
        switch name {
        case "split":
            guard case .constant(.string(let separator)) = argument.kind, !separator.utf8.isEmpty else { return nil }
            return SplitKernel(operand: kernel(for: receiver), separator: Array(separator.utf8))
        case "startswith", "endswith":
            return AffixKernel(
                operand: kernel(for: receiver), affix: kernel(for: argument), isSuffix: name == "endswith")
        default: return nil
        }
    }

    private func function(
        _ node: TypedExpression, _ name: String, _ arguments: TypedExpression.Arguments
    ) -> (any Kernel)? {
        if name == "round", arguments.keywords.isEmpty, let number = arguments.positional.first?.value,
            number.type.kind == .double, !arguments.positional.contains(where: { $0.isStarred })
        {
            if arguments.positional.count == 1 { return RoundingKernel(operand: kernel(for: number), digits: nil) }
            if arguments.positional.count == 2, case .constant(.int(let digits)) = arguments.positional[1].value.kind,
                digits >= 0, digits <= 10
            {
                return RoundingKernel(operand: kernel(for: number), digits: Int(digits))
            }
        }
        guard arguments.keywords.isEmpty, arguments.positional.count == 1, let argument = arguments.positional.first,
            !argument.isStarred
        else { return nil }
        let value = argument.value
        switch name {
        case "len":
            switch value.type.kind {
            case .string, .bytes, .list, .map: return LengthKernel(operand: kernel(for: value))
            default: return nil
            }
        case "str":
            guard Self.isNumber(value.type) || value.type.kind == .string else { return nil }
            return ConcatenationKernel(pieces: [.value(kernel(for: value))], isAddition: false)
        case "int", "float", "abs":
            guard Self.isNumber(value.type) || value.type.kind == .string && name != "abs",
                node.type.kind == .int64 || node.type.kind == .double
            else { return nil }
            return NumberConversionKernel(function: name, operand: kernel(for: value), type: node.type)
        case "bool": return NotKernel(operand: NotKernel(operand: kernel(for: value)))
        default: return nil
        }
    }

    private func formatted(_ parts: [TypedExpression.FormattedPart]) -> (any Kernel)? {
        var pieces: [ConcatenationKernel.Piece] = []
        for part in parts {
            if !part.literal.isEmpty { pieces.append(.literal(Array(part.literal.utf8))) }
            guard let value = part.value else { continue }
            guard part.specification.isEmpty, part.conversion == nil || part.conversion == UInt8(ascii: "s"),
                Self.isNumber(value.type) || value.type.kind == .string
            else { return nil }
            pieces.append(.value(kernel(for: value)))
        }
        return ConcatenationKernel(pieces: pieces, isAddition: false)
    }
}
