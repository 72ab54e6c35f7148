/// The names that a block of Python binds: in Python they are local to the whole function.
enum AssignedNames {
    static func inBlock(_ statements: [PythonStatement]) -> Set<String> {
        var names: Set<String> = []
        for statement in statements { add(statement, &names) }
        return names
    }

    private static func add(_ statement: PythonStatement, _ names: inout Set<String>) {
        switch statement.kind {
        case .assign(let targets, _): for target in targets { add(target, &names) }
        case .augmentedAssign(let target, _, _): add(target, &names)
        case .branch(_, let then, let otherwise): names.formUnion(inBlock(then + otherwise))
        case .forLoop(let target, _, let body, let otherwise):
            add(target, &names)
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
            if case .call(let callee, _) = expression.kind, case .attribute(let base, _) = callee.kind {
                addChanged(base, &names)
            }
        default: break
        }
    }

    static func add(_ target: PythonExpression, _ names: inout Set<String>) {
        switch target.kind {
        case .name(let name): names.insert(name)
        case .tuple(let elements), .list(let elements): for element in elements { add(element, &names) }
        case .starred(let inner): add(inner, &names)
        case .subscripted(let base, _): addChanged(base, &names)
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
