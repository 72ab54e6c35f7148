/// Reads Python expressions and the bodies of callables.
///
/// Source of the grammar: the Python 3.11 reference, chapters 6 to 8. What is Python but outside our subset becomes a
/// `foreign` node; only what is not Python is an error.
struct PythonParser {
    /// Recursion of the parser itself, and levels of the tree it makes.
    static let nestingLimit = 100
    static let depthLimit = 200

    let bytes: [UInt8]
    let tokens: [PythonToken]
    var position = 0
    var nesting = 0

    init(_ bytes: [UInt8], range: Range<Int>, hasStatements: Bool) throws(PythonSyntaxError) {
        self.bytes = bytes
        tokens = try PythonLexer.tokens(of: bytes, in: range, hasStatements: hasStatements)
    }

    /// Reads a text that is one expression.
    static func expression(_ text: String) throws(PythonSyntaxError) -> PythonExpression {
        let bytes = Array(text.utf8)
        return try expression(bytes, 0..<bytes.count)
    }

    static func expression(
        _ bytes: [UInt8], _ range: Range<Int>, nesting: Int = 0
    ) throws(PythonSyntaxError) -> PythonExpression {
        var parser = try PythonParser(bytes, range: range, hasStatements: false)
        parser.nesting = nesting
        guard parser.token.kind != .end else { throw PythonSyntaxError("the expression is empty", range) }
        let expression = try parser.expressionList()
        try parser.expectEnd()
        return expression
    }

    // MARK: Tokens

    var token: PythonToken { tokens[position] }

    func peek(_ distance: Int = 1) -> PythonToken { tokens[min(position + distance, tokens.count - 1)] }

    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    func isSymbol(_ symbol: String) -> Bool { token.kind == .symbol(symbol) }
    func isKeyword(_ keyword: String) -> Bool { token.kind == .keyword(keyword) }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func takeKeyword(_ keyword: String) -> Bool {
        guard isKeyword(keyword) else { return false }
        advance()
        return true
    }

    mutating func expectSymbol(_ symbol: String) throws(PythonSyntaxError) {
        guard takeSymbol(symbol) else { throw unexpected("'\(symbol)'") }
    }

    mutating func expectName() throws(PythonSyntaxError) -> String {
        guard case .name(let name) = token.kind else { throw unexpected("a name") }
        advance()
        return name
    }

    /// The end of the last token taken.
    var lastEnd: Int { position > 0 ? tokens[position - 1].range.upperBound : 0 }

    func expectEnd() throws(PythonSyntaxError) {
        if token.kind != .end { throw unexpected(nil) }
    }

    func unexpected(_ wanted: String?) -> PythonSyntaxError {
        let hint: String?
        switch token.kind {
        case .symbol("="): hint = "use '==' to compare"
        case .name("AND"), .name("OR"), .name("NOT"), .name("IN"), .name("IS"), .name("and"):
            hint = "Python's operators are lower case: and, or, not, in, is"
        case .symbol("->"): hint = "a lambda is written 'lambda row: …'"
        default: hint = nil
        }
        let found = token.kind == .end ? "the text ends" : "unexpected \(token.description)"
        let expectation = wanted.map { token.kind == .end ? " where \($0) is expected" : ", expected \($0)" } ?? ""
        return PythonSyntaxError(found + expectation, token.range, hint: hint)
    }

    func node(_ kind: PythonExpression.Kind, from start: Int) throws(PythonSyntaxError) -> PythonExpression {
        let node = PythonExpression(kind, start..<max(start, lastEnd))
        if node.depth > Self.depthLimit {
            throw PythonSyntaxError(
                "the expression is more than \(Self.depthLimit) levels deep", node.range,
                hint: "compute it in several steps")
        }
        return node
    }

    mutating func nested<Result>(
        _ body: (inout PythonParser) throws(PythonSyntaxError) -> Result
    ) throws(PythonSyntaxError) -> Result {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.nestingLimit else {
            throw PythonSyntaxError("the expression is nested more than \(Self.nestingLimit) levels deep", token.range)
        }
        return try body(&self)
    }

    // MARK: Operators, loosest first

    /// One expression, or a tuple without parentheses.
    mutating func expressionList() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        let first = try starredOrExpression()
        guard isSymbol(",") else { return first }
        var elements = [first]
        while takeSymbol(",") {
            if !startsExpression { break }
            elements.append(try starredOrExpression())
        }
        return try node(.tuple(elements), from: start)
    }

    var startsExpression: Bool {
        switch token.kind {
        case .name, .int, .bigInt, .double, .imaginary, .string, .bytes, .formatted: true
        case .keyword(let word): ["None", "True", "False", "not", "lambda", "await", "yield"].contains(word)
        case .symbol(let symbol): ["(", "[", "{", "-", "+", "~", "*", "..."].contains(symbol)
        default: false
        }
    }

    mutating func starredOrExpression() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        guard takeSymbol("*") else { return try namedExpression() }
        let value = try binary(0)
        return try node(.starred(value), from: start)
    }

    /// An expression, possibly with `:=`.
    mutating func namedExpression() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        let expression = try expression()
        guard isSymbol(":="), case .name = expression.kind else { return expression }
        advance()
        _ = try self.expression()
        return try node(.foreign("an assignment expression (':=')"), from: start)
    }

    mutating func expression() throws(PythonSyntaxError) -> PythonExpression {
        try nested { parser throws(PythonSyntaxError) in try parser.conditional() }
    }

    private mutating func conditional() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        if isKeyword("lambda") { return try lambda() }
        if isKeyword("yield") || isKeyword("await") {
            let word = isKeyword("yield") ? "yield" : "await"
            advance()
            _ = takeKeyword("from")
            if startsExpression { _ = try expressionList() }
            return try node(.foreign("'\(word)'"), from: start)
        }
        let value = try disjunction()
        guard takeKeyword("if") else { return value }
        let test = try disjunction()
        guard takeKeyword("else") else {
            throw PythonSyntaxError(
                "a conditional needs 'else'", start..<lastEnd, hint: "write 'a if condition else b'")
        }
        let otherwise = try expression()
        return try node(.conditional(test: test, then: value, otherwise: otherwise), from: start)
    }

    private mutating func lambda() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        advance()
        let parameters = try parameters(until: ":", hasAnnotations: false)
        try expectSymbol(":")
        let body = try expression()
        return try node(.lambda(parameters, body), from: start)
    }

    mutating func disjunction() throws(PythonSyntaxError) -> PythonExpression {
        try chain("or", isAnd: false) { parser throws(PythonSyntaxError) in
            try parser.chain("and", isAnd: true) { parser throws(PythonSyntaxError) in try parser.negation() }
        }
    }

    private mutating func chain(
        _ keyword: String, isAnd: Bool, _ operand: (inout PythonParser) throws(PythonSyntaxError) -> PythonExpression
    ) throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        let first = try operand(&self)
        guard isKeyword(keyword) else { return first }
        var operands = [first]
        while takeKeyword(keyword) { operands.append(try operand(&self)) }
        return try node(.logical(isAnd: isAnd, operands), from: start)
    }

    private mutating func negation() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        guard takeKeyword("not") else { return try comparison() }
        let operand = try nested { parser throws(PythonSyntaxError) in try parser.negation() }
        return try node(.unary(.not, operand), from: start)
    }

    private mutating func comparison() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        let first = try binary(0)
        var links: [PythonExpression.ComparisonLink] = []
        while let operation = takeComparison() {
            let operand = try binary(0)
            links.append(PythonExpression.ComparisonLink(operation: operation, operand: operand))
        }
        return links.isEmpty ? first : try node(.comparison(first, links), from: start)
    }

    private mutating func takeComparison() -> PythonRuntime.Comparison? {
        switch token.kind {
        case .symbol(let symbol):
            guard let operation = Self.comparisons[symbol] else { return nil }
            advance()
            return operation
        case .keyword("in"):
            advance()
            return .contains
        case .keyword("not") where peek().kind == .keyword("in"):
            advance()
            advance()
            return .notContains
        case .keyword("is"):
            advance()
            return takeKeyword("not") ? .isNotSame : .isSame
        default: return nil
        }
    }

    static let comparisons: [String: PythonRuntime.Comparison] = [
        "==": .equal, "!=": .notEqual, "<": .less, "<=": .lessOrEqual, ">": .greater, ">=": .greaterOrEqual,
    ]

    /// Binary operators by how tightly they bind.
    private static let levels: [[String: PythonRuntime.BinaryOperator]] = [
        ["|": .bitOr], ["^": .bitXor], ["&": .bitAnd], ["<<": .leftShift, ">>": .rightShift],
        ["+": .add, "-": .subtract],
        ["*": .multiply, "/": .divide, "//": .floorDivide, "%": .modulo],
    ]

    mutating func binary(_ level: Int) throws(PythonSyntaxError) -> PythonExpression {
        guard level < Self.levels.count else { return try signed() }
        let start = token.range.lowerBound
        var left = try binary(level + 1)
        while case .symbol(let symbol) = token.kind {
            if let operation = Self.levels[level][symbol] {
                advance()
                let right = try binary(level + 1)
                left = try node(.binary(operation, left, right), from: start)
            } else if symbol == "@", level == Self.levels.count - 1 {
                advance()
                _ = try binary(level + 1)
                left = try node(.foreign("matrix multiplication ('@')"), from: start)
            } else {
                break
            }
        }
        return left
    }

    private mutating func signed() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        let operation: PythonRuntime.UnaryOperator
        switch token.kind {
        case .symbol("-"): operation = .negate
        case .symbol("+"): operation = .plus
        case .symbol("~"): operation = .invert
        default: return try power()
        }
        advance()
        if operation == .negate, token.kind == .bigInt,
            String(decoding: bytes[token.range], as: UTF8.self).filter({ $0 != "_" }) == "9223372036854775808"
        {
            advance()
            return try node(.int(.min), from: start)
        }
        let operand = try nested { parser throws(PythonSyntaxError) in try parser.signed() }
        return try node(.unary(operation, operand), from: start)
    }

    private mutating func power() throws(PythonSyntaxError) -> PythonExpression {
        let start = token.range.lowerBound
        let base = try primary()
        guard takeSymbol("**") else { return base }
        let exponent = try nested { parser throws(PythonSyntaxError) in try parser.signed() }
        return try node(.binary(.power, base, exponent), from: start)
    }
}
