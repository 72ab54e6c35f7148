import DataModel
import Diagnostics

extension Checker {
    /// A local or an element inside one; `nil` for anything else.
    func place(_ expression: PythonExpression) throws(ForeignConstruct) -> TypedExpression.Place? {
        switch expression.kind {
        case .name(let name):
            guard case .local(let slot)? = binding(name) else { return nil }
            return TypedExpression.Place(slot: slot, name: name, path: [])
        case .subscripted(let base, let index):
            if case .slice = index.kind { return nil }
            guard let outer = try place(base) else { return nil }
            let key = try hashable(index)
            return TypedExpression.Place(slot: outer.slot, name: outer.name, path: outer.path + [key])
        default: return nil
        }
    }

    func isMutator(_ name: String, _ place: TypedExpression.Place) -> Bool {
        guard place.path.isEmpty, let type = locals[place.slot]?.type else { return true }
        if type == TypeFacts.none { return false }
        return PythonRuntime.knows(mutator: name, on: type.kind)
    }

    func mutation(
        _ place: TypedExpression.Place, _ name: String, _ arguments: [PythonExpression.Argument], _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression {
        if name == "sort", !arguments.isEmpty {
            throw ForeignConstruct("sorts in place with a key", range)
        }
        var typed = TypedExpression.Arguments()
        for argument in arguments {
            guard argument.stars == 0 else { throw ForeignConstruct("unpacks arguments", range) }
            let node = name == "extend" || name == "update" ? try iterable(argument.value) : try value(argument.value)
            if let keyword = argument.name {
                typed.keywords.append((keyword, node))
            } else {
                typed.positional.append(.init(value: node))
            }
        }
        if ["setdefault", "pop"].contains(name), case .tuple? = typed.positional.first?.value.shape {
            throw ForeignConstruct("uses a tuple as a key", range)
        }
        var stored = LocalState(type: typed.positional.last?.value.type ?? .any)
        stored.hasTuples = typed.all.contains { hasTuples($0) }
        if name != "append" { stored.type = .any }
        let before = locals[place.slot]?.type
        let keeps = ["sort", "reverse", "clear", "pop", "remove", "popitem"].contains(name)
        if !keeps { changed(place, storing: stored, isElement: place.path.isEmpty && name == "append") }
        var result = FieldType.any
        if name == "pop", place.path.isEmpty, let before, arguments.count < 2 {
            if case .list(let element) = before.kind { result = element }
            if case .map(_, let value) = before.kind { result = value }
        } else if !["pop", "popitem", "setdefault"].contains(name) {
            result = TypeFacts.none
        }
        return TypedExpression(.mutation(place, name, typed), result, range)
    }

    /// Widens the type of a local that something is stored in.
    func changed(
        _ place: TypedExpression.Place, storing stored: LocalState, isElement: Bool = false
    ) {
        guard var state = locals[place.slot] else { return }
        state.hasTuples = state.hasTuples || stored.hasTuples
        let element = TypeFacts.exposed(stored.type)
        switch state.type.kind {
        case .list(let known) where isElement || place.path.count == 1 && stored.type != .any:
            state.type = .list(TypeFacts.join([known, element]))
        case .map(let key, let value) where place.path.count == 1:
            let keyType = place.path.first.map { $0.type } ?? .any
            let isEmpty = key == .any && value == .any
            state.type = .map(
                isEmpty ? .any : TypeFacts.join([key, keyType]), isEmpty ? .any : TypeFacts.join([value, element]))
        case .list: state.type = .list(.any)
        case .map: state.type = .map(.any, .any)
        default: state.type = .any
        }
        locals[place.slot] = state
    }
}
