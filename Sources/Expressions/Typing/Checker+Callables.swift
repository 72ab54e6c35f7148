import DataModel
import Diagnostics

extension Checker {
    /// Reads the text of a callable: what stands beside it, then the function itself, given the row.
    func callable(
        _ statements: [PythonStatement], functionName: String?, textRange: Range<Int>
    ) throws(ForeignConstruct) -> TypedExpression? {
        var last: PythonFunction?
        for statement in statements {
            switch statement.kind {
            case .imports(let imports): for item in imports { try bind(item, in: 0) }
            case .function(let definition):
                scopes[0][definition.name] = .function(definition)
                if functionName == nil || functionName == definition.name { last = definition }
            case .assign(let targets, let value):
                if let definition = try global(targets, value), functionName == nil || functionName == definition.name {
                    last = definition
                }
            case .expression(let expression):
                switch expression.kind {
                case .lambda(let parameters, let body):
                    if functionName == nil { last = Self.function("<lambda>", expression.range, parameters, body) }
                case .string: break
                case .name(let name):
                    if case .function(let definition)? = scopes[0][name], functionName == nil { last = definition }
                default: throw ForeignConstruct("runs statements beside its function", statement.range)
                }
            case .pass: break
            case .foreign(let construct): throw ForeignConstruct("uses \(construct)", statement.range)
            default: throw ForeignConstruct("runs statements beside its function", statement.range)
            }
        }
        guard let last else {
            let what = functionName.map { "no function '\($0)'" } ?? "no function"
            problems.append(
                ExpressionProblem(
                    .expressionSyntax, "the callable defines \(what)", at: textRange,
                    hint: "write 'lambda row: …' or 'def name(row): …'"))
            return nil
        }
        return try body(of: last)
    }

    func bind(_ item: PythonStatement.Import, in scope: Int) throws(ForeignConstruct) {
        let module = item.module == "apache_beam" ? "beam" : item.module
        let isKnown = Self.modules.contains(module)
        if let member = item.member {
            let name = "\(module).\(member)"
            let isMember =
                PythonRuntime.knows(function: name) || PythonRuntime.constant(name) != nil
                || name == "beam.Row" || name == "re.compile"
                || ["datetime.datetime", "datetime.date", "datetime.timedelta", "datetime.timezone"].contains(name)
                || ["re.match", "re.search", "re.fullmatch", "re.finditer"].contains(name)
            if module == "typing" || module == "__future__" { return }
            scopes[scope][item.alias] = isMember ? .qualified(name) : .foreignModule(name, item.range)
        } else {
            if module == "typing" { return }
            scopes[scope][item.alias] = isKnown ? .module(module) : .foreignModule(module, item.range)
        }
    }

    /// A constant beside the callable, or a function: `name = lambda …`.
    func global(
        _ targets: [PythonExpression], _ value: PythonExpression
    ) throws(ForeignConstruct) -> PythonFunction? {
        guard targets.count == 1, let target = targets.first, case .name(let name) = target.kind else {
            throw ForeignConstruct("assigns to several names beside its function", value.range)
        }
        switch value.kind {
        case .lambda(let parameters, let body):
            let definition = Self.function(name, target.range, parameters, body)
            scopes[0][name] = .function(definition)
            return definition
        case .name(let other):
            if case .function(let definition)? = scopes[0][other] {
                scopes[0][name] = .function(definition)
                return definition
            }
        default: break
        }
        if let pattern = try patternBinding(value) {
            scopes[0][name] = pattern
            return nil
        }
        if let set = try setValue(value) {
            scopes[0][name] = .constant(TypedExpression(set.kind, set.type, set.range, shape: set.shape))
            return nil
        }
        let node = try check(value)
        switch node.shape {
        case .plain, .tuple: break
        default: throw ForeignConstruct("keeps a generator or match beside its function", value.range)
        }
        scopes[0][name] = .constant(node)
        return nil
    }

    /// The body of the callable itself: its parameter is the row.
    func body(of function: PythonFunction) throws(ForeignConstruct) -> TypedExpression? {
        guard let row = function.parameters.first, !row.isStarred,
            function.parameters.dropFirst().allSatisfy({ $0.defaultValue != nil && !$0.isStarred })
        else {
            problems.append(
                ExpressionProblem(
                    .typeMismatch, "a callable takes one argument, the row", at: function.nameRange,
                    hint: "write 'def \(function.name)(row): …'"))
            return nil
        }
        var scope: [String: Binding] = [row.name: .rowParameter]
        for parameter in function.parameters.dropFirst() {
            if let value = parameter.defaultValue { scope[parameter.name] = .constant(try self.value(value)) }
        }
        let names = AssignedNames.bound(in: function.body)
        if names.contains(row.name) {
            throw ForeignConstruct("assigns to its row", function.nameRange)
        }
        for name in names.sorted() { scope[name] = .local(newSlot()) }
        scopes.append(scope)
        defer { scopes.removeLast() }
        // One `return` is an expression, for which there are kernels.
        let meaningful = function.body.filter { statement in
            if case .expression(let expression) = statement.kind, case .string = expression.kind { return false }
            return true
        }
        if meaningful.count == 1, case .returns(let expression?) = meaningful[0].kind {
            return annotated(try value(expression), function)
        }
        if let construct = Aliasing.find(in: function.body, parameters: [row.name]) { throw construct }
        if let expression = BranchFolding.expression(of: meaningful) {
            return annotated(try value(expression), function)
        }
        returnTypes = []
        let (statements, ends) = try block(function.body)
        if !ends { returnTypes.append(TypeFacts.none) }
        let node = TypedExpression(.body(statements), TypeFacts.join(returnTypes), function.nameRange)
        return annotated(node, function)
    }

    /// A return annotation settles a type that does not follow from the code.
    func annotated(_ node: TypedExpression, _ function: PythonFunction) -> TypedExpression {
        guard node.type.isAny, let annotation = function.returnAnnotation, case .name(let name) = annotation.kind else {
            return node
        }
        let types: [String: FieldType] = [
            "int": .int64, "float": .double, "str": .string, "bool": .boolean, "bytes": .bytes,
        ]
        guard let type = types[name]?.nullable else { return node }
        return TypedExpression(.checked(node, type), type, node.range, shape: node.shape)
    }

    /// A function beside the callable, read once; its parameters may be anything.
    func typedFunction(_ definition: PythonFunction) throws(ForeignConstruct) -> TypedFunction {
        if let known = functions[ObjectIdentifier(definition)] { return known }
        let function = TypedFunction(
            name: definition.name, parameterSlots: definition.parameters.map { _ in newSlot() })
        functions[ObjectIdentifier(definition)] = function
        guard functionDepth < 20 else {
            throw ForeignConstruct("nests functions more than 20 levels deep", definition.nameRange)
        }
        let parameters = Set(definition.parameters.map(\.name))
        if let construct = Aliasing.find(in: definition.body, parameters: parameters) { throw construct }
        let outer = (scopes, locals, returnTypes, handlerName)
        let outerNames = Set(scopes.dropFirst().flatMap { $0.keys })
        functionDepth += 1
        defer {
            (scopes, locals, returnTypes, handlerName) = outer
            functionDepth -= 1
        }
        locals = [:]
        var scope: [String: Binding] = [:]
        for (parameter, slot) in zip(definition.parameters, function.parameterSlots) {
            scope[parameter.name] = .local(slot)
            locals[slot] = LocalState(type: .any, hasTuples: true)
        }
        let names = AssignedNames.bound(in: definition.body)
        for name in names.sorted() where scope[name] == nil { scope[name] = .local(newSlot()) }
        let captured = UsedNames.inBlock(definition.body).subtracting(scope.keys).intersection(outerNames)
        if let name = captured.sorted().first {
            throw ForeignConstruct("has an inner function that uses '\(name)' from outside", definition.nameRange)
        }
        scopes = [scopes[0], scope]
        let (statements, _) = try block(definition.body)
        function.body = statements
        function.slotCount = slotCount
        return function
    }
}

/// The names that a block reads.
enum UsedNames {
    static func inBlock(_ statements: [PythonStatement]) -> Set<String> {
        var names: Set<String> = []
        for statement in statements {
            for expression in statement.ownExpressions { add(expression, &names) }
            for block in statement.blocks { names.formUnion(inBlock(block)) }
        }
        return names
    }

    static func add(_ expression: PythonExpression, _ names: inout Set<String>) {
        if case .name(let name) = expression.kind { names.insert(name) }
        for child in expression.kind.children { add(child, &names) }
    }
}

/// Turns branches that only return into one conditional expression, so that they run as kernels.
enum BranchFolding {
    /// The expression that the statements compute; `nil` where they do more than choose what to return.
    static func expression(of statements: [PythonStatement], depth: Int = 0) -> PythonExpression? {
        guard let first = statements.first, depth < 50 else { return nil }
        switch first.kind {
        case .returns(let value): return value ?? PythonExpression(.none, first.range)
        case .branch(let test, let then, let otherwise):
            let rest = Array(statements.dropFirst())
            // Only branches that return: one that falls through would repeat what follows it.
            guard ends(then), let thenValue = expression(of: then, depth: depth + 1),
                let otherwiseValue = otherwise.isEmpty
                    ? fallback(rest, first.range, depth + 1)
                    : ends(otherwise) ? expression(of: otherwise, depth: depth + 1) : nil
            else { return nil }
            let node = PythonExpression(
                .conditional(test: test, then: thenValue, otherwise: otherwiseValue), first.range)
            return node.depth <= PythonParser.depthLimit ? node : nil
        default: return nil
        }
    }

    static func fallback(_ rest: [PythonStatement], _ range: Range<Int>, _ depth: Int) -> PythonExpression? {
        rest.isEmpty ? PythonExpression(.none, range) : expression(of: rest, depth: depth)
    }

    static func ends(_ statements: [PythonStatement]) -> Bool {
        guard let last = statements.last else { return false }
        switch last.kind {
        case .returns: return true
        case .branch(_, let then, let otherwise): return ends(then) && !otherwise.isEmpty && ends(otherwise)
        default: return false
        }
    }
}
