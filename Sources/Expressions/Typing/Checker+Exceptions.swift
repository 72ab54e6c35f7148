import DataModel
import Diagnostics

extension Checker {
    func raise(
        _ expression: PythonExpression?, _ range: Range<Int>
    ) throws(ForeignConstruct) -> TypedStatement {
        guard let expression else { return .reraise }
        switch expression.kind {
        case .name(let name) where binding(name) == nil && PythonError.classNames.contains(name):
            return .raise(type: name, nil)
        case .name(let name) where name == handlerName: return .reraise
        case .call(let callee, let arguments):
            guard case .name(let name) = callee.kind, binding(name) == nil, PythonError.classNames.contains(name),
                arguments.count <= 1, arguments.allSatisfy({ $0.stars == 0 && $0.name == nil })
            else { break }
            let argument = try arguments.first.map { argument throws(ForeignConstruct) in
                try textual(argument.value)
            }
            return .raise(type: name, argument)
        default: break
        }
        throw ForeignConstruct("raises an exception of its own", range)
    }

    func attempt(
        _ body: [PythonStatement], _ handlers: [PythonStatement.Handler], _ otherwise: [PythonStatement],
        _ finally: [PythonStatement]
    ) throws(ForeignConstruct) -> ([TypedStatement], ends: Bool) {
        let before = locals
        branchDepth += 1
        defer { branchDepth -= 1 }
        let (bodyBlock, bodyEnds) = try block(body)
        let afterBody = locals
        let (otherwiseBlock, otherwiseEnds) = bodyEnds ? ([], false) : try block(otherwise)
        var states: [[Int: LocalState]] = bodyEnds || otherwiseEnds ? [] : [locals]
        var typed: [TypedStatement.Handler] = []
        for handler in handlers {
            // The body may have stopped anywhere.
            locals = widened(merged(before, afterBody), body)
            var slot: Int?
            let outerName = handlerName
            if let name = handler.name, case .local(let place)? = binding(name) {
                slot = place
                locals[place] = LocalState(type: .string, shape: .exception)
                handlerName = name
            }
            for type in handler.types {
                let last = type.split(separator: ".").last.map(String.init) ?? type
                guard PythonError.classNames.contains(last) || ["json.JSONDecodeError", "re.error"].contains(type)
                else {
                    throw ForeignConstruct("catches '\(type)', which only Python knows", handler.range)
                }
            }
            let (handlerBlock, ends) = try block(handler.body)
            handlerName = outerName
            if let slot { locals[slot] = nil }
            if !ends { states.append(locals) }
            typed.append(.init(types: handler.types, slot: slot, body: handlerBlock))
        }
        let ends = states.isEmpty
        locals = states.dropFirst().reduce(states.first ?? afterBody) { merged($0, $1) }
        if !finally.isEmpty {
            locals = widened(merged(before, locals), body + otherwise + handlers.flatMap(\.body))
        }
        let (finallyBlock, finallyEnds) = try block(finally)
        return (
            [.attempt(body: bodyBlock, handlers: typed, otherwise: otherwiseBlock, finally: finallyBlock)],
            ends || finallyEnds
        )
    }
}
