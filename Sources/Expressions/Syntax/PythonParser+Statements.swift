extension PythonParser {
    /// Reads a text of statements.
    static func statements(_ text: String) throws(PythonSyntaxError) -> [PythonStatement] {
        let bytes = Array(text.utf8)
        var parser = try PythonParser(bytes, range: 0..<bytes.count, hasStatements: true)
        var statements: [PythonStatement] = []
        while parser.token.kind != .end { statements += try parser.statementLine() }
        return statements
    }

    private mutating func block() throws(PythonSyntaxError) -> [PythonStatement] {
        guard takeSymbol(":") else { throw unexpected("':'") }
        guard token.kind == .newline else { return try simpleLine() }
        advance()
        guard token.kind == .indent else {
            throw PythonSyntaxError("an indented block is expected", token.range)
        }
        advance()
        return try nested { parser throws(PythonSyntaxError) in
            var statements: [PythonStatement] = []
            while parser.token.kind != .dedent, parser.token.kind != .end {
                statements += try parser.statementLine()
            }
            parser.advance()
            return statements
        }
    }

    /// A compound statement, or the simple ones of a line.
    private mutating func statementLine() throws(PythonSyntaxError) -> [PythonStatement] {
        switch token.kind {
        case .newline:
            advance()
            return []
        case .indent: throw PythonSyntaxError("unexpected indentation", token.range)
        case .keyword("if"): return [try branch()]
        case .keyword("for"): return [try forLoop()]
        case .keyword("while"): return [try whileLoop()]
        case .keyword("try"): return [try attempt()]
        case .keyword("def"): return [try function()]
        case .keyword("class"): return [try foreignBlock("a 'class' definition")]
        case .keyword("with"): return [try foreignBlock("a 'with' statement")]
        case .keyword("async"): return [try foreignBlock("'async'")]
        case .symbol("@"): return [try foreignBlock("a decorator")]
        case .name("match") where startsMatch: return [try foreignBlock("a 'match' statement")]
        default: return try simpleLine()
        }
    }

    /// `match` is a statement only where a line that starts with it ends with a colon.
    private var startsMatch: Bool {
        switch peek().kind {
        case .symbol("="), .symbol("."), .symbol("("), .symbol("["), .newline: return false
        default: break
        }
        var distance = 1
        while peek(distance).kind != .newline, peek(distance).kind != .end { distance += 1 }
        return peek(distance - 1).kind == .symbol(":")
    }

    /// Skips a statement we do not read, with its block.
    private mutating func foreignBlock(_ construct: String) throws(PythonSyntaxError) -> PythonStatement {
        let start = token.range
        while token.kind != .newline, token.kind != .end { advance() }
        advance()
        if token.kind == .indent {
            var level = 0
            repeat {
                if token.kind == .indent { level += 1 }
                if token.kind == .dedent { level -= 1 }
                advance()
            } while level > 0 && token.kind != .end
        }
        return PythonStatement(.foreign(construct), start)
    }

    private mutating func branch() throws(PythonSyntaxError) -> PythonStatement {
        let start = token.range.lowerBound
        advance()
        let test = try namedExpression()
        let then = try block()
        var otherwise: [PythonStatement] = []
        if isKeyword("elif") {
            otherwise = [try nested { parser throws(PythonSyntaxError) in try parser.branch() }]
        } else if takeKeyword("else") {
            otherwise = try block()
        }
        return PythonStatement(.branch(test: test, then: then, otherwise: otherwise), start..<lastEnd)
    }

    private mutating func forLoop() throws(PythonSyntaxError) -> PythonStatement {
        let start = token.range.lowerBound
        advance()
        let target = try targets()
        guard takeKeyword("in") else { throw unexpected("'in'") }
        let iterable = try expressionList()
        let body = try block()
        let otherwise = takeKeyword("else") ? try block() : []
        return PythonStatement(
            .forLoop(target: target, iterable: iterable, body: body, otherwise: otherwise), start..<lastEnd)
    }

    private mutating func whileLoop() throws(PythonSyntaxError) -> PythonStatement {
        let start = token.range.lowerBound
        advance()
        let test = try namedExpression()
        let body = try block()
        let otherwise = takeKeyword("else") ? try block() : []
        return PythonStatement(.whileLoop(test: test, body: body, otherwise: otherwise), start..<lastEnd)
    }

    private mutating func attempt() throws(PythonSyntaxError) -> PythonStatement {
        let start = token.range.lowerBound
        advance()
        let body = try block()
        var handlers: [PythonStatement.Handler] = []
        while isKeyword("except") {
            let range = token.range
            advance()
            if isSymbol("*") { return try foreignBlock("'except*'") }
            var types: [String] = []
            var name: String?
            if !isSymbol(":") {
                let expression = try expressionList()
                types = try exceptionNames(expression)
                if takeKeyword("as") { name = try expectName() }
            }
            handlers.append(.init(types: types, name: name, body: try block(), range: range))
        }
        let otherwise = takeKeyword("else") ? try block() : []
        var finally: [PythonStatement] = []
        if takeKeyword("finally") {
            finally = try block()
        } else if handlers.isEmpty {
            throw unexpected("'except' or 'finally'")
        }
        return PythonStatement(
            .attempt(body: body, handlers: handlers, otherwise: otherwise, finally: finally), start..<lastEnd)
    }

    /// Names of exceptions; a module in front, as in `json.JSONDecodeError`, stays part of the name.
    private func exceptionNames(_ expression: PythonExpression) throws(PythonSyntaxError) -> [String] {
        switch expression.kind {
        case .name(let name): return [name]
        case .attribute(let base, let name):
            if case .name(let module) = base.kind { return ["\(module).\(name)"] }
            return [name]
        case .tuple(let elements):
            var names: [String] = []
            for element in elements { names += try exceptionNames(element) }
            return names
        default: throw PythonSyntaxError("an exception's name is expected", expression.range)
        }
    }

    private mutating func function() throws(PythonSyntaxError) -> PythonStatement {
        let start = token.range.lowerBound
        advance()
        let nameRange = token.range
        let name = try expectName()
        try expectSymbol("(")
        let parameters = try parameters(until: ")", hasAnnotations: true)
        try expectSymbol(")")
        let annotation = takeSymbol("->") ? try expression() : nil
        let body = try block()
        let function = PythonFunction(
            name: name, nameRange: nameRange, parameters: parameters, returnAnnotation: annotation, body: body)
        return PythonStatement(.function(function), start..<lastEnd)
    }

    private mutating func simpleLine() throws(PythonSyntaxError) -> [PythonStatement] {
        var statements: [PythonStatement] = []
        while true {
            statements.append(try simpleStatement())
            if takeSymbol(";") {
                if token.kind == .newline { break }
                continue
            }
            break
        }
        guard token.kind == .newline || token.kind == .end else { throw unexpected(nil) }
        advance()
        return statements
    }

    private mutating func simpleStatement() throws(PythonSyntaxError) -> PythonStatement {
        let start = token.range.lowerBound
        guard case .keyword(let keyword) = token.kind else { return try assignmentOrExpression() }
        switch keyword {
        case "pass", "break", "continue":
            advance()
            return PythonStatement(
                keyword == "pass" ? .pass : keyword == "break" ? .breakLoop : .continueLoop, start..<lastEnd)
        case "return":
            advance()
            let value = startsExpression ? try expressionList() : nil
            return PythonStatement(.returns(value), start..<lastEnd)
        case "raise":
            advance()
            let value = startsExpression ? try expression() : nil
            if takeKeyword("from") { _ = try expression() }
            return PythonStatement(.raise(value), start..<lastEnd)
        case "assert":
            advance()
            let test = try expression()
            let message = takeSymbol(",") ? try expression() : nil
            return PythonStatement(.assertion(test, message: message), start..<lastEnd)
        case "import", "from": return try imports()
        case "del", "global", "nonlocal":
            advance()
            while token.kind != .newline, token.kind != .end, !isSymbol(";") { advance() }
            return PythonStatement(.foreign("a '\(keyword)' statement"), start..<lastEnd)
        default: return try assignmentOrExpression()
        }
    }

    private mutating func imports() throws(PythonSyntaxError) -> PythonStatement {
        let start = token.range.lowerBound
        var imports: [PythonStatement.Import] = []
        if takeKeyword("from") {
            guard !isSymbol("."), !isSymbol("...") else {
                while token.kind != .newline, token.kind != .end { advance() }
                return PythonStatement(.foreign("a relative import"), start..<lastEnd)
            }
            let module = try dottedName()
            guard takeKeyword("import") else { throw unexpected("'import'") }
            if takeSymbol("*") {
                return PythonStatement(.foreign("'import *'"), start..<lastEnd)
            }
            let isParenthesized = takeSymbol("(")
            repeat {
                if isSymbol(")") { break }
                let range = token.range
                let member = try expectName()
                let alias = takeKeyword("as") ? try expectName() : member
                imports.append(.init(module: module, member: member, alias: alias, range: range))
            } while takeSymbol(",")
            if isParenthesized { try expectSymbol(")") }
        } else {
            advance()
            repeat {
                let range = token.range
                let module = try dottedName()
                let root = module.split(separator: ".").first.map(String.init) ?? module
                let hasAlias = takeKeyword("as")
                let alias = hasAlias ? try expectName() : root
                imports.append(.init(module: hasAlias ? module : root, member: nil, alias: alias, range: range))
            } while takeSymbol(",")
        }
        return PythonStatement(.imports(imports), start..<lastEnd)
    }

    private mutating func dottedName() throws(PythonSyntaxError) -> String {
        var name = try expectName()
        while takeSymbol(".") { name += "." + (try expectName()) }
        return name
    }

    private static let augmentedOperators: [String: PythonRuntime.BinaryOperator] = [
        "+=": .add, "-=": .subtract, "*=": .multiply, "/=": .divide, "//=": .floorDivide, "%=": .modulo,
        "**=": .power, "<<=": .leftShift, ">>=": .rightShift, "&=": .bitAnd, "|=": .bitOr, "^=": .bitXor,
    ]

    private mutating func assignmentOrExpression() throws(PythonSyntaxError) -> PythonStatement {
        let start = token.range.lowerBound
        let first = try expressionList()
        if case .symbol(let symbol) = token.kind, let operation = Self.augmentedOperators[symbol] {
            advance()
            try checkTarget(first)
            let value = try expressionList()
            return PythonStatement(.augmentedAssign(first, operation, value), start..<lastEnd)
        }
        if takeSymbol(":") {
            _ = try expression()
            guard takeSymbol("=") else { return PythonStatement(.pass, start..<lastEnd) }
            try checkTarget(first)
            return PythonStatement(.assign(targets: [first], value: try expressionList()), start..<lastEnd)
        }
        guard isSymbol("=") else { return PythonStatement(.expression(first), start..<lastEnd) }
        var targets = [first]
        var value = first
        while takeSymbol("=") {
            try checkTarget(value)
            value = try expressionList()
            targets.append(value)
        }
        targets.removeLast()
        return PythonStatement(.assign(targets: targets, value: value), start..<lastEnd)
    }

    private func checkTarget(_ target: PythonExpression) throws(PythonSyntaxError) {
        switch target.kind {
        case .name, .attribute, .subscripted: return
        case .starred(let inner): try checkTarget(inner)
        case .tuple(let elements), .list(let elements):
            for element in elements { try checkTarget(element) }
        default:
            throw PythonSyntaxError("cannot assign to this expression", target.range, hint: "use '==' to compare")
        }
    }
}
