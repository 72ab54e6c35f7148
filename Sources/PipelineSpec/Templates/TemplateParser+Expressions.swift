import Diagnostics

extension TemplateParser {
    private func make(_ kind: TemplateExpression.Kind, from start: Int) -> TemplateExpression {
        TemplateExpression(kind, start..<max(start, previousEnd))
    }

    /// One expression, or several with commas, which make a tuple.
    mutating func tuple(allowsEmpty: Bool, allowsCondition: Bool = true) throws(Diagnostic) -> TemplateExpression {
        let start = current.range.lowerBound
        if allowsEmpty, isSymbol(")") { return make(.tuple([]), from: start) }
        let first = try allowsCondition ? expression() : or()
        guard isSymbol(",") else { return first }
        var items = [first]
        while takeSymbol(",") {
            switch current.kind {
            case .blockEnd, .outputEnd, .symbol(")"), .symbol("]"): break
            default:
                items.append(try allowsCondition ? expression() : or())
                continue
            }
            break
        }
        return make(.tuple(items), from: start)
    }

    mutating func expression() throws(Diagnostic) -> TemplateExpression {
        try nested { (parser) throws(Diagnostic) in try parser.conditional() }
    }

    private mutating func conditional() throws(Diagnostic) -> TemplateExpression {
        let start = current.range.lowerBound
        var result = try or()
        while takeName("if") {
            let test = try or()
            let otherwise = takeName("else") ? try expression() : nil
            result = make(.conditional(test: test, then: result, otherwise: otherwise), from: start)
        }
        return result
    }

    private mutating func or() throws(Diagnostic) -> TemplateExpression {
        let start = current.range.lowerBound
        var left = try and()
        while takeName("or") {
            let right = try and()
            left = make(.or(left, right), from: start)
        }
        return left
    }

    private mutating func and() throws(Diagnostic) -> TemplateExpression {
        let start = current.range.lowerBound
        var left = try not()
        while takeName("and") {
            let right = try not()
            left = make(.and(left, right), from: start)
        }
        return left
    }

    private mutating func not() throws(Diagnostic) -> TemplateExpression {
        let start = current.range.lowerBound
        guard takeName("not") else { return try comparison() }
        let operand = try nested { (parser) throws(Diagnostic) in try parser.not() }
        return make(.not(operand), from: start)
    }

    private mutating func comparison() throws(Diagnostic) -> TemplateExpression {
        let start = current.range.lowerBound
        let left = try sum()
        var comparisons: [(operation: String, value: TemplateExpression)] = []
        while true {
            if case .symbol(let symbol) = current.kind, ["==", "!=", "<", "<=", ">", ">="].contains(symbol) {
                advance()
                comparisons.append((symbol, try sum()))
            } else if takeName("in") {
                comparisons.append(("in", try sum()))
            } else if isName("not"), peek().kind == .name("in") {
                advance()
                advance()
                comparisons.append(("not in", try sum()))
            } else {
                break
            }
        }
        return comparisons.isEmpty ? left : make(.comparison(left, comparisons), from: start)
    }

    private mutating func binary(
        _ symbols: [String], _ operand: (inout TemplateParser) throws(Diagnostic) -> TemplateExpression
    ) throws(Diagnostic) -> TemplateExpression {
        let start = current.range.lowerBound
        var left = try operand(&self)
        var count = 0
        while case .symbol(let symbol) = current.kind, symbols.contains(symbol) {
            advance()
            count += 1
            // A chain of operators makes a tree as deep as it is long.
            guard count <= 200 else { throw error("more than 200 operators in a row", current.range) }
            let right = try operand(&self)
            left = make(.binary(symbol, left, right), from: start)
        }
        return left
    }

    private mutating func sum() throws(Diagnostic) -> TemplateExpression {
        try binary(["+", "-"]) { (parser) throws(Diagnostic) in try parser.concatenation() }
    }

    private mutating func concatenation() throws(Diagnostic) -> TemplateExpression {
        try binary(["~"]) { (parser) throws(Diagnostic) in try parser.product() }
    }

    private mutating func product() throws(Diagnostic) -> TemplateExpression {
        try binary(["*", "/", "//", "%"]) { (parser) throws(Diagnostic) in try parser.power() }
    }

    private mutating func power() throws(Diagnostic) -> TemplateExpression {
        try binary(["**"]) { (parser) throws(Diagnostic) in try parser.unary(withFilters: true) }
    }

    private mutating func unary(withFilters: Bool) throws(Diagnostic) -> TemplateExpression {
        let start = current.range.lowerBound
        var result: TemplateExpression
        if isSymbol("-") || isSymbol("+") {
            let isNegative = isSymbol("-")
            advance()
            let operand = try nested { (parser) throws(Diagnostic) in try parser.unary(withFilters: false) }
            result = make(isNegative ? .negative(operand) : .positive(operand), from: start)
        } else {
            result = try primary()
        }
        result = try postfix(result)
        return withFilters ? try filtersAndTests(result) : result
    }

    private mutating func primary() throws(Diagnostic) -> TemplateExpression {
        let token = current
        let start = token.range.lowerBound
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return make(.bool(true), from: start)
            case "false", "False": return make(.bool(false), from: start)
            case "none", "None": return make(.none, from: start)
            default:
                noteUse(of: name)
                return make(.name(name), from: start)
            }
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return make(.string(text), from: start)
        case .integer(let value):
            advance()
            return make(.integer(value), from: start)
        case .float(let value):
            advance()
            return make(.float(value), from: start)
        case .symbol("("):
            advance()
            let inner = try nested { (parser) throws(Diagnostic) in try parser.tuple(allowsEmpty: true) }
            try expectSymbol(")")
            return inner
        case .symbol("["): return try list(start)
        case .symbol("{"): return try dictionary(start)
        default: throw error("expected a value, found \(found)", token.range)
        }
    }

    private mutating func list(_ start: Int) throws(Diagnostic) -> TemplateExpression {
        advance()
        var items: [TemplateExpression] = []
        while !isSymbol("]") {
            if !items.isEmpty { try expectSymbol(",") }
            if isSymbol("]") { break }
            items.append(try expression())
        }
        try expectSymbol("]")
        return make(.list(items), from: start)
    }

    private mutating func dictionary(_ start: Int) throws(Diagnostic) -> TemplateExpression {
        advance()
        var items: [(key: TemplateExpression, value: TemplateExpression)] = []
        while !isSymbol("}") {
            if !items.isEmpty { try expectSymbol(",") }
            if isSymbol("}") { break }
            let key = try expression()
            try expectSymbol(":")
            items.append((key, try expression()))
        }
        try expectSymbol("}")
        return make(.dictionary(items), from: start)
    }

    // MARK: After a value

    private mutating func postfix(_ value: TemplateExpression) throws(Diagnostic) -> TemplateExpression {
        var result = value
        var count = 0
        while true {
            count += 1
            guard count <= 100 else { throw error("more than 100 accesses in a row", current.range) }
            if takeSymbol(".") {
                if case .integer(let index) = current.kind {
                    let item = TemplateExpression(.integer(index), current.range)
                    advance()
                    result = make(.item(result, item), from: value.range.lowerBound)
                } else {
                    let name = try expectName()
                    result = make(.attribute(result, name), from: value.range.lowerBound)
                }
            } else if isSymbol("[") {
                advance()
                result = try subscripted(result)
            } else if isSymbol("(") {
                let arguments = try arguments()
                result = make(.call(result, arguments), from: value.range.lowerBound)
            } else {
                return result
            }
        }
    }

    private mutating func subscripted(_ value: TemplateExpression) throws(Diagnostic) -> TemplateExpression {
        let start = value.range.lowerBound
        var parts: [TemplateExpression?] = [nil]
        while !isSymbol("]") {
            if takeSymbol(":") {
                guard parts.count < 3 else { throw error("a slice has at most two ':'", current.range) }
                parts.append(nil)
            } else {
                parts[parts.count - 1] = try tuple(allowsEmpty: false)
                if !isSymbol("]"), !isSymbol(":") { break }
            }
        }
        try expectSymbol("]")
        if parts.count == 1 {
            guard let item = parts[0] else { throw error("expected an index", start..<previousEnd) }
            return make(.item(value, item), from: start)
        }
        return make(.slice(value, parts[0], parts[1], parts.count > 2 ? parts[2] : nil), from: start)
    }

    mutating func arguments() throws(Diagnostic) -> TemplateArguments {
        try expectSymbol("(")
        var result = TemplateArguments()
        var isFirst = true
        while !isSymbol(")") {
            if !isFirst { try expectSymbol(",") }
            if isSymbol(")") { break }
            isFirst = false
            if takeSymbol("*") {
                result.positionalRest = try expression()
            } else if takeSymbol("**") {
                result.keywordRest = try expression()
            } else if case .name(let name) = current.kind, peek().kind == .symbol("=") {
                advance()
                advance()
                result.keywords.append((name, try expression()))
            } else {
                guard result.keywords.isEmpty else {
                    throw error("a positional argument after a named one", current.range)
                }
                result.positional.append(try expression())
            }
        }
        try expectSymbol(")")
        return result
    }

    private mutating func filtersAndTests(_ value: TemplateExpression) throws(Diagnostic) -> TemplateExpression {
        var result = value
        var count = 0
        while true {
            count += 1
            guard count <= 100 else { throw error("more than 100 filters in a row", current.range) }
            if isSymbol("|") {
                result = try filters(result)
            } else if isName("is") {
                result = try test(result)
            } else if isSymbol("("), case .filter = result.kind {
                let arguments = try arguments()
                result = make(.call(result, arguments), from: result.range.lowerBound)
            } else {
                return result
            }
        }
    }

    /// `| name(arguments)`, repeatedly; for a block the first name stands without its bar.
    mutating func filters(
        _ value: TemplateExpression?, startsInline: Bool = false
    ) throws(Diagnostic) -> TemplateExpression {
        var result = value
        var isInline = startsInline
        var count = 0
        while isInline || takeSymbol("|") {
            isInline = false
            count += 1
            guard count <= 100 else { throw error("more than 100 filters in a row", current.range) }
            let range = current.range
            var name = try expectName()
            while takeSymbol(".") { name += "." + (try expectName()) }
            guard TemplateFilters.names.contains(name) else {
                throw error(
                    "unknown filter '\(name)'", range,
                    hint: Suggestion.hint(for: name, among: TemplateFilters.names.sorted(), listing: "filters"))
            }
            let arguments = isSymbol("(") ? try arguments() : TemplateArguments()
            result = TemplateExpression(.filter(result, name, arguments), range.lowerBound..<previousEnd)
        }
        return result ?? TemplateExpression(.none, current.range)
    }

    private mutating func test(_ value: TemplateExpression) throws(Diagnostic) -> TemplateExpression {
        advance()
        let isNegated = takeName("not")
        let range = current.range
        let name: String
        if case .symbol(let symbol) = current.kind, ["==", "!=", "<", "<=", ">", ">="].contains(symbol) {
            name = symbol
            advance()
        } else {
            name = try expectName()
        }
        guard TemplateTests.names.contains(name) else {
            throw error(
                "unknown test '\(name)'", range,
                hint: Suggestion.hint(for: name, among: TemplateTests.names.sorted(), listing: "tests"))
        }
        var arguments = TemplateArguments()
        switch current.kind {
        case .symbol("("): arguments = try self.arguments()
        case .name(let word) where !["else", "or", "and", "is", "if", "in", "not"].contains(word):
            arguments.positional = [try postfix(try primary())]
        case .string, .integer, .float, .symbol("["), .symbol("{"):
            arguments.positional = [try postfix(try primary())]
        default: break
        }
        let result = make(.test(value, name, arguments), from: value.range.lowerBound)
        return isNegated ? make(.not(result), from: value.range.lowerBound) : result
    }
}
