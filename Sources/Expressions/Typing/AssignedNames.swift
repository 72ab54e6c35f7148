/// The names that a block of Python binds: in Python they are local to the whole function.
enum AssignedNames {
    /// What the block binds, and what it changes in place.
    static func inBlock(_ statements: [PythonStatement]) -> Set<String> {
        var names: Set<String> = []
        for statement in statements { add(statement, &names, changed: true) }
        return names
    }

    /// What the block binds.
    static func bound(in statements: [PythonStatement]) -> Set<String> {
        var names: Set<String> = []
        for statement in statements { add(statement, &names, changed: false) }
        return names
    }

    private static func add(_ statement: PythonStatement, _ names: inout Set<String>, changed: Bool) {
        func inBlock(_ statements: [PythonStatement]) -> Set<String> {
            changed ? Self.inBlock(statements) : bound(in: statements)
        }
        switch statement.kind {
        case .assign(let targets, _): for target in targets { add(target, &names, changed: changed) }
        case .augmentedAssign(let target, _, _): add(target, &names, changed: changed)
        case .branch(_, let then, let otherwise): names.formUnion(inBlock(then + otherwise))
        case .forLoop(let target, _, let body, let otherwise):
            add(target, &names, changed: changed)
            names.formUnion(inBlock(body + otherwise))
        case .whileLoop(_, let body, let otherwise): names.formUnion(inBlock(body + otherwise))
        case .attempt(let body, let handlers, let otherwise, let finally):
            names.formUnion(inBlock(body + otherwise + finally))
            for handler in handlers {
                if let name = handler.name { names.insert(name) }
                names.formUnion(inBlock(handler.body))
            }
        case .expression(let expression):
            // A method may change what a local holds.
            if changed, case .call(let callee, _) = expression.kind, case .attribute(let base, _) = callee.kind {
                addChanged(base, &names)
            }
        default: break
        }
    }

    private static func add(_ target: PythonExpression, _ names: inout Set<String>, changed: Bool) {
        switch target.kind {
        case .name(let name): names.insert(name)
        case .tuple(let elements), .list(let elements):
            for element in elements { add(element, &names, changed: changed) }
        case .starred(let inner): add(inner, &names, changed: changed)
        case .subscripted(let base, _): if changed { addChanged(base, &names) }
        default: break
        }
    }

    private static func addChanged(_ base: PythonExpression, _ names: inout Set<String>) {
        switch base.kind {
        case .name(let name): names.insert(name)
        case .subscripted(let inner, _): addChanged(inner, &names)
        default: break
        }
    }
}
