extension PythonParser {
    /// An atom with what follows it: attributes, calls, subscripts.
    mutating func primary() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        var expression = try atom()
        while true {
            if takeSymbol(".") {
                let name = try expectName()
                expression = try node(.attribute(expression, name), from: start)
            } else if takeSymbol("(") {
                let arguments = try arguments()
                expression = try node(.call(expression, arguments), from: start)
            } else if takeSymbol("[") {
                let index = try subscripts()
                try expectSymbol("]")
                expression = try node(.subscripted(expression, index), from: start)
            } else {
                return expression
            }
        }
    }

    private mutating func atom() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        switch token.kind {
        case .name(let name):
            advance()
            return try node(.name(name), from: start)
        case .keyword("None"):
            advance()
            return try node(.none, from: start)
        case .keyword("True"), .keyword("False"):
            let flag = isKeyword("True")
            advance()
            return try node(.boolean(flag), from: start)
        case .int(let number):
            advance()
            return try node(.int(number), from: start)
        case .double(let number):
            advance()
            return try node(.double(number), from: start)
        case .bigInt:
            advance()
            return try node(.foreign("a whole number outside 64 bits"), from: start)
        case .imaginary:
            advance()
            return try node(.foreign("a complex number"), from: start)
        case .string, .bytes, .formatted: return try strings()
        case .symbol("("): return try nested { parser throws(PythonSyntaxError) in try parser.parenthesized() }
        case .symbol("["): return try nested { parser throws(PythonSyntaxError) in try parser.listDisplay() }
        case .symbol("{"): return try nested { parser throws(PythonSyntaxError) in try parser.braces() }
        case .symbol("..."):
            advance()
            return try node(.foreign("'...'"), from: start)
        default: throw unexpected("an expression")
        }
    }

    /// Strings that stand side by side are one.
    private mutating func strings() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        var parts: [PythonExpression.FormattedPart] = []
        var text: [UInt8] = []
        var isBytes: Bool?
        var isFormatted = false
        while true {
            switch token.kind {
            case .string(let string):
                if isBytes == true { throw mixed(start) }
                isBytes = false
                text += string.utf8
            case .bytes(let content):
                if isBytes == false { throw mixed(start) }
                isBytes = true
                text += content
            case .formatted(let content, let isRaw):
                if isBytes == true { throw mixed(start) }
                isBytes = false
                isFormatted = true
                if !text.isEmpty { parts.append(.init(literal: String(decoding: text, as: UTF8.self))) }
                text = []
                parts += try formattedParts(content, isRaw: isRaw)
            default:
                if isBytes == true { return try node(.bytes(text), from: start) }
                guard isFormatted else { return try node(.string(String(decoding: text, as: UTF8.self)), from: start) }
                if !text.isEmpty { parts.append(.init(literal: String(decoding: text, as: UTF8.self))) }
                return try node(.formatted(parts), from: start)
            }
            advance()
        }
    }

    private func mixed(_ start: Int) -> PythonSyntaxError {
        PythonSyntaxError("bytes and strings cannot stand side by side", start..<token.range.upperBound)
    }

    private mutating func parenthesized() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        advance()
        if takeSymbol(")") { return try node(.tuple([]), from: start) }
        let first = try starredOrExpression()
        if isKeyword("for") || isKeyword("async") {
            let clauses = try comprehensionClauses()
            try expectSymbol(")")
            return try node(.comprehension(.generator, first, clauses), from: start)
        }
        guard isSymbol(",") else {
            try expectSymbol(")")
            // The parentheses belong to the place of the expression, not to its meaning.
            return try node(first.kind, from: start)
        }
        var elements = [first]
        while takeSymbol(",") {
            if isSymbol(")") { break }
            elements.append(try starredOrExpression())
        }
        try expectSymbol(")")
        return try node(.tuple(elements), from: start)
    }

    private mutating func listDisplay() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        advance()
        if takeSymbol("]") { return try node(.list([]), from: start) }
        let first = try starredOrExpression()
        if isKeyword("for") || isKeyword("async") {
            let clauses = try comprehensionClauses()
            try expectSymbol("]")
            return try node(.comprehension(.list, first, clauses), from: start)
        }
        var elements = [first]
        while takeSymbol(",") {
            if isSymbol("]") { break }
            elements.append(try starredOrExpression())
        }
        try expectSymbol("]")
        return try node(.list(elements), from: start)
    }

    private mutating func braces() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        advance()
        if takeSymbol("}") { return try node(.dictionary([]), from: start) }
        if isSymbol("**") { return try dictionary(start, items: []) }
        let first = try starredOrExpression()
        if takeSymbol(":") {
            let value = try expression()
            if isKeyword("for") || isKeyword("async") {
                let clauses = try comprehensionClauses()
                try expectSymbol("}")
                return try node(.comprehension(.dictionary(value: value), first, clauses), from: start)
            }
            return try dictionary(start, items: [.init(key: first, value: value)])
        }
        if isKeyword("for") || isKeyword("async") {
            let clauses = try comprehensionClauses()
            try expectSymbol("}")
            return try node(.comprehension(.set, first, clauses), from: start)
        }
        var elements = [first]
        while takeSymbol(",") {
            if isSymbol("}") { break }
            elements.append(try starredOrExpression())
        }
        try expectSymbol("}")
        return try node(.set(elements), from: start)
    }

    private mutating func dictionary(
        _ start: Int, items first: [PythonExpression.DictionaryItem]
    ) throws(PythonSyntaxError) -> PythonExpression {
        var items = first
        if !items.isEmpty, !isSymbol("}") { try expectSymbol(",") }
        while !isSymbol("}") {
            if takeSymbol("**") {
                items.append(.init(key: nil, value: try binary(0)))
            } else {
                let key = try expression()
                try expectSymbol(":")
                items.append(.init(key: key, value: try expression()))
            }
            if !takeSymbol(",") { break }
        }
        try expectSymbol("}")
        return try node(.dictionary(items), from: start)
    }

    mutating func comprehensionClauses() throws(PythonSyntaxError) -> [PythonExpression.ComprehensionClause] {
        var clauses: [PythonExpression.ComprehensionClause] = []
        while isKeyword("for") || isKeyword("async") {
            let start = token.range
            let isAsync = takeKeyword("async")
            guard takeKeyword("for") else { throw unexpected("'for'") }
            let target = try targets()
            guard takeKeyword("in") else { throw unexpected("'in'") }
            let iterable = isAsync ? try node(.foreign("'async'"), from: start.lowerBound) : try disjunction()
            if isAsync { _ = try disjunction() }
            var conditions: [PythonExpression] = []
            while takeKeyword("if") { conditions.append(try disjunction()) }
            clauses.append(.init(target: target, iterable: iterable, conditions: conditions))
        }
        return clauses
    }

    /// What a `for` binds: a name, or several.
    mutating func targets() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        var elements: [PythonExpression] = []
        repeat {
            if isKeyword("in") { break }
            if isSymbol("*") {
                elements.append(try starredOrExpression())
            } else {
                elements.append(try primary())
            }
        } while takeSymbol(",")
        guard let first = elements.first else { throw unexpected("a name") }
        if elements.count == 1, tokens[position - 1].kind != .symbol(",") { return first }
        return try node(.tuple(elements), from: start)
    }

    private mutating func arguments() throws(PythonSyntaxError) -> [PythonExpression.Argument] {
        var arguments: [PythonExpression.Argument] = []
        var hasKeyword = false
        while !isSymbol(")") {
            let start = token.range
            if takeSymbol("*") {
                arguments.append(.init(name: nil, value: try expression(), stars: 1))
            } else if takeSymbol("**") {
                arguments.append(.init(name: nil, value: try expression(), stars: 2))
            } else if case .name(let name) = token.kind, peek().kind == .symbol("=") {
                advance()
                advance()
                hasKeyword = true
                arguments.append(.init(name: name, value: try expression()))
            } else {
                let value = try namedExpression()
                if isKeyword("for") || isKeyword("async") {
                    let clauses = try comprehensionClauses()
                    arguments.append(
                        .init(
                            name: nil,
                            value: try node(.comprehension(.generator, value, clauses), from: start.lowerBound)))
                } else {
                    if hasKeyword {
                        throw PythonSyntaxError("a positional argument follows a keyword argument", value.range)
                    }
                    arguments.append(.init(name: nil, value: value))
                }
            }
            if !takeSymbol(",") { break }
        }
        try expectSymbol(")")
        return arguments
    }

    private mutating func subscripts() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        let first = try sliceOrIndex()
        guard isSymbol(",") else { return first }
        var elements = [first]
        while takeSymbol(",") {
            if isSymbol("]") { break }
            elements.append(try sliceOrIndex())
        }
        return try node(.tuple(elements), from: start)
    }

    private mutating func sliceOrIndex() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        let first = isSymbol(":") ? nil : try starredOrExpression()
        guard takeSymbol(":") else {
            guard let first else { throw unexpected("an index") }
            return first
        }
        func endsPart(_ parser: PythonParser) -> Bool {
            parser.isSymbol(":") || parser.isSymbol("]") || parser.isSymbol(",")
        }
        let stop = endsPart(self) ? nil : try expression()
        var step: PythonExpression?
        if takeSymbol(":"), !endsPart(self) { step = try expression() }
        return try node(.slice(first, stop, step), from: start)
    }

    /// The parameters of a lambda or a `def`, up to but without the closing symbol.
    mutating func parameters(
        until closing: String, hasAnnotations: Bool
    ) throws(PythonSyntaxError) -> [PythonExpression.Parameter] {
        var parameters: [PythonExpression.Parameter] = []
        while !isSymbol(closing) {
            let start = token.range.lowerBound
            if takeSymbol("/") {
                if !takeSymbol(",") { break }
                continue
            }
            let isStarred = takeSymbol("*") || takeSymbol("**")
            if isStarred, isSymbol(",") || isSymbol(closing) {
                parameters.append(
                    .init(name: "*", defaultValue: nil, range: start..<lastEnd, isStarred: true))
                if !takeSymbol(",") { break }
                continue
            }
            let name = try expectName()
            if hasAnnotations, takeSymbol(":") { _ = try expression() }
            let value = takeSymbol("=") ? try expression() : nil
            parameters.append(.init(name: name, defaultValue: value, range: start..<lastEnd, isStarred: isStarred))
            if !takeSymbol(",") { break }
        }
        return parameters
    }
}
