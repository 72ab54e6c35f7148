import Diagnostics

extension TemplateEvaluator {
    func execute(_ statements: [TemplateStatement], in scope: TemplateScope) throws(Diagnostic) {
        try enter(0..<0)
        defer { depth -= 1 }
        for statement in statements { try execute(statement, in: scope) }
    }

    private func execute(_ statement: TemplateStatement, in scope: TemplateScope) throws(Diagnostic) {
        switch statement {
        case .text(let range):
            if isMuted { return }
            try checkSize(output.count + range.count, range)
            output.append(template.source, range)
        case .output(let expression, let range):
            if isMuted { return }
            let text = PythonText.str(try defined(evaluate(expression, in: scope)))
            try write(text, range)
        case .loop(let loop): try execute(loop, in: scope)
        case .condition(let branches, let otherwise):
            for branch in branches where try isTrue(branch.test, in: scope) {
                return try execute(branch.body, in: scope)
            }
            try execute(otherwise, in: scope)
        case .set(let target, let expression):
            try assign(try evaluate(expression, in: scope), to: target, in: scope, expression.range)
        case .setBlock(let target, let filter, let body):
            try setBlock(target, filter, body, scope)
        case .macro(let macro):
            scope[macro.name] = .macro(RuntimeMacro(macro: macro, template: template, scope: scope))
        case .callBlock(let call, let caller, let range): try callBlock(call, caller, range, scope)
        case .filterBlock(let filter, let body, let range):
            let text = try capture(range) { () throws(Diagnostic) in
                try execute(body, in: TemplateScope(parent: scope))
            }
            let result = try evaluate(filter, in: scope, block: .string(text))
            if !isMuted { try write(PythonText.str(try defined(result)), range) }
        case .with(let assignments, let body):
            let inner = TemplateScope(parent: scope)
            for (target, expression) in assignments {
                try assign(try evaluate(expression, in: scope), to: target, in: inner, expression.range)
            }
            try execute(body, in: inner)
        case .include(let name, let ignoresMissing, let withContext):
            try include(name, ignoresMissing, withContext, scope)
        case .importModule(let path, let name, let withContext):
            let (module, modulePath) = try importModule(path, withContext, scope)
            scope[name] = .module(module, path: modulePath)
        case .importNames(let path, let names, let withContext):
            try importNames(path, names, withContext, scope)
        case .extends(let path):
            if parent != nil { throw failure("the template extends two others", path.range) }
            let names = try templateNames(path, scope)
            guard let found = try load(names, path.range) else { throw missingTemplate(names, path.range) }
            parent = found
            isMuted = true
        case .block(let block):
            if isMuted { return }
            try executeBlock(block.name, level: 0, block.isScoped ? scope : rootScope)
        }
    }

    private func write(_ text: MappedText, _ range: Range<Int>) throws(Diagnostic) {
        try checkSize(output.count + text.count, range)
        output.append(text, from: place(range))
    }

    private func isTrue(_ expression: TemplateExpression, in scope: TemplateScope) throws(Diagnostic) -> Bool {
        try defined(evaluate(expression, in: scope)).isTrue
    }

    private func execute(_ loop: TemplateLoop, in scope: TemplateScope) throws(Diagnostic) {
        let range = loop.iterable.range
        var items = try self.items(of: try evaluate(loop.iterable, in: scope), range)
        if let filter = loop.filter {
            var kept: [RuntimeValue] = []
            for item in items {
                let inner = TemplateScope(parent: scope)
                try assign(item, to: loop.target, in: inner, range)
                if try isTrue(filter, in: inner) { kept.append(item) }
            }
            items = kept
        }
        guard !items.isEmpty else { return try execute(loop.otherwise, in: TemplateScope(parent: scope)) }
        let state = RuntimeLoop(items: items, depth: 1)
        for (index, item) in items.enumerated() {
            state.index = index
            let inner = TemplateScope(parent: scope)
            inner["loop"] = .loop(state)
            try assign(item, to: loop.target, in: inner, range)
            try execute(loop.body, in: inner)
        }
    }

    func assign(
        _ value: RuntimeValue, to target: TemplateTarget, in scope: TemplateScope, _ range: Range<Int>
    ) throws(Diagnostic) {
        switch target {
        case .name(let name): scope[name] = value
        case .member(let name, let member):
            guard case .namespace(let namespace)? = scope[name] else {
                throw failure("cannot assign attribute '\(member)': '\(name)' is not a namespace", range)
            }
            namespace[member] = value
        case .tuple(let targets):
            let items = try items(of: value, range)
            guard items.count == targets.count else {
                throw failure("cannot unpack \(items.count) values into \(targets.count) names", range)
            }
            for (target, item) in zip(targets, items) { try assign(item, to: target, in: scope, range) }
        }
    }

    private func setBlock(
        _ target: TemplateTarget, _ filter: TemplateExpression?, _ body: [TemplateStatement], _ scope: TemplateScope
    ) throws(Diagnostic) {
        let text = try capture(0..<0) { () throws(Diagnostic) in
            try execute(body, in: TemplateScope(parent: scope))
        }
        var value = RuntimeValue.string(text)
        if let filter { value = try evaluate(filter, in: scope, block: value) }
        try assign(value, to: target, in: scope, filter?.range ?? 0..<0)
    }

    private func callBlock(
        _ call: TemplateExpression, _ caller: TemplateMacro, _ range: Range<Int>, _ scope: TemplateScope
    ) throws(Diagnostic) {
        guard case .call(let function, let arguments) = call.kind else { return }
        let macro = RuntimeValue.macro(RuntimeMacro(macro: caller, template: template, scope: scope))
        var evaluated = try evaluate(arguments, in: scope)
        evaluated.keywords.append(("caller", macro))
        let result = try self.call(try evaluate(function, in: scope), evaluated, call.range, function)
        if !isMuted { try write(PythonText.str(try defined(result)), range) }
    }

    // MARK: Other templates

    private func templateNames(
        _ expression: TemplateExpression, _ scope: TemplateScope
    ) throws(Diagnostic) -> [String] {
        let value = try defined(evaluate(expression, in: scope))
        if case .string(let name) = value { return [name.string] }
        var names: [String] = []
        for item in try items(of: value, expression.range) {
            guard case .string(let name) = item else {
                throw failure("a template's name must be a string, found \(item.typeName)", expression.range)
            }
            names.append(name.string)
        }
        return names
    }

    private func include(
        _ expression: TemplateExpression, _ ignoresMissing: Bool, _ withContext: Bool, _ scope: TemplateScope
    ) throws(Diagnostic) {
        if isMuted { return }
        let names = try templateNames(expression, scope)
        guard let found = try load(names, expression.range) else {
            if ignoresMissing { return }
            throw missingTemplate(names, expression.range)
        }
        let text = try capture(expression.range) { () throws(Diagnostic) in
            try run(found, in: TemplateScope(parent: withContext ? scope : globals))
        }
        try checkSize(output.count + text.count, expression.range)
        output.append(text, from: place(expression.range))
    }

    private func importModule(
        _ expression: TemplateExpression, _ withContext: Bool, _ scope: TemplateScope
    ) throws(Diagnostic) -> (module: TemplateScope, path: String) {
        let names = try templateNames(expression, scope)
        guard let found = try load(names, expression.range) else { throw missingTemplate(names, expression.range) }
        let module = TemplateScope(parent: withContext ? scope : globals)
        _ = try capture(expression.range) { () throws(Diagnostic) in try run(found, in: module) }
        return (module, found.path)
    }

    private func importNames(
        _ path: TemplateExpression, _ names: [TemplateImport], _ withContext: Bool, _ scope: TemplateScope
    ) throws(Diagnostic) {
        let (module, modulePath) = try importModule(path, withContext, scope)
        for name in names {
            let problem = Diagnostic(
                .undefinedVariable, "'\(modulePath)' defines no '\(name.name)'", at: place(name.range),
                hint: Suggestion.hint(for: name.name, among: module.variables.keys.sorted(), listing: "it defines"))
            scope[name.alias] = module.variables[name.name] ?? .undefined(problem)
        }
    }

    /// Writes a block, as the template furthest down the chain of `extends` defines it.
    func executeBlock(_ name: String, level: Int, _ outer: TemplateScope) throws(Diagnostic) {
        guard let chain = blocks[name], level < chain.count else { return }
        let saved = template
        defer { template = saved }
        template = chain[level].template
        let scope = TemplateScope(parent: outer)
        if level + 1 < chain.count { scope["super"] = .block(name, level: level + 1) }
        try execute(chain[level].block.body, in: scope)
    }
}
