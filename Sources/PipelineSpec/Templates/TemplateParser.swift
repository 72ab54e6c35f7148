import Diagnostics

/// Parses a template's statements; `TemplateParser+Expressions` does what stands inside of them.
struct TemplateParser {
    /// Levels of nesting allowed, of statements and expressions together.
    static let maximumDepth = 60

    private let source: RenderedText
    private let tokens: [TemplateToken]
    private var index = 0
    private var depth = 0
    private var blocks: [String: TemplateBlock] = [:]
    private var usesVarargs = false
    private var usesKwargs = false

    static func parse(_ source: RenderedText, path: String) throws(Diagnostic) -> Template {
        var parser = TemplateParser(source, try TemplateLexer.tokenize(source))
        let body = try parser.statements(until: [], opening: 0..<0)
        return Template(path: path, source: source, body: body, blocks: parser.blocks)
    }

    private init(_ source: RenderedText, _ tokens: [TemplateToken]) {
        self.source = source
        self.tokens = tokens
    }

    // MARK: Tokens

    var current: TemplateToken { tokens[min(index, tokens.count - 1)] }
    var previousEnd: Int { index > 0 ? tokens[index - 1].range.upperBound : 0 }

    func peek(_ distance: Int = 1) -> TemplateToken { tokens[min(index + distance, tokens.count - 1)] }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    func error(_ message: String, _ range: Range<Int>, hint: String? = nil) -> Diagnostic {
        Diagnostic(.templateSyntax, message, at: source.map.range(of: range), hint: hint)
    }

    var found: String {
        switch current.kind {
        case .end: "the end of the template"
        case .blockEnd, .outputEnd: "the end of the tag"
        default: "'\(String(decoding: source.utf8[current.range], as: UTF8.self))'"
        }
    }

    func isName(_ word: String) -> Bool { current.kind == .name(word) }
    func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

    mutating func takeName(_ word: String) -> Bool {
        guard isName(word) else { return false }
        advance()
        return true
    }

    mutating func takeSymbol(_ symbol: String) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expectSymbol(_ symbol: String) throws(Diagnostic) {
        guard takeSymbol(symbol) else { throw error("expected '\(symbol)', found \(found)", current.range) }
    }

    mutating func expectName() throws(Diagnostic) -> String {
        guard case .name(let name) = current.kind else { throw error("expected a name, found \(found)", current.range) }
        advance()
        return name
    }

    private mutating func expectBlockEnd() throws(Diagnostic) {
        guard current.kind == .blockEnd else { throw error("expected '%}', found \(found)", current.range) }
        advance()
    }

    mutating func noteUse(of name: String) {
        if name == "varargs" { usesVarargs = true }
        if name == "kwargs" { usesKwargs = true }
    }

    mutating func nested<Result>(
        _ parse: (inout TemplateParser) throws(Diagnostic) -> Result
    ) throws(Diagnostic) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error("nested too deep", current.range) }
        return try parse(&self)
    }

    // MARK: Statements

    /// Statements up to a tag of one of the given names, which stays the current token.
    private mutating func statements(
        until ends: [String], opening: Range<Int>
    ) throws(Diagnostic) -> [TemplateStatement] {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw error("nested too deep", current.range) }
        var result: [TemplateStatement] = []
        while true {
            let token = current
            switch token.kind {
            case .end:
                guard let end = ends.last else { return result }
                throw error("the tag is never closed", opening, hint: "add '{% \(end) %}'")
            case .text:
                result.append(.text(token.range))
                advance()
            case .outputStart:
                advance()
                let expression = try tuple(allowsEmpty: false)
                guard current.kind == .outputEnd else {
                    throw error("expected '}}', found \(found)", current.range)
                }
                // The end token takes the white space that '-' strips: only `}}` itself is meant.
                result.append(.output(expression, token.range.lowerBound..<tagEnd(current.range)))
                advance()
            case .blockStart:
                advance()
                if case .name(let name) = current.kind, ends.contains(name) { return result }
                if let statement = try statement(ends) { result.append(statement) }
            default:
                throw error("unexpected \(found)", token.range)
            }
        }
    }

    private func tagEnd(_ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound + 2, MappedText.isSpace(source.utf8[end - 1]) { end -= 1 }
        return end
    }

    private static let tags = [
        "for", "if", "set", "macro", "call", "filter", "with", "include", "import", "from", "extends", "block", "raw",
        "autoescape", "else", "elif", "endfor", "endif", "endset", "endmacro", "endcall", "endfilter", "endwith",
        "endblock",
    ]

    private mutating func statement(_ ends: [String]) throws(Diagnostic) -> TemplateStatement? {
        let token = current
        let name = try expectName()
        switch name {
        case "for": return try loop(token.range)
        case "if": return try condition(token.range)
        case "set": return try set(token.range)
        case "macro": return .macro(try macro(token.range))
        case "call": return try callBlock(token.range)
        case "filter": return try filterBlock(token.range)
        case "with": return try with(token.range)
        case "include": return try include()
        case "import", "from": return try importStatement(name)
        case "extends":
            let parent = try expression()
            try expectBlockEnd()
            return .extends(parent)
        case "block": return try block(token.range)
        case "autoescape":
            _ = try expression()
            let body = try body(until: ["endautoescape"], token.range)
            return .with([], body)
        default:
            let isKnown = Self.tags.contains(name)
            let hint: String? =
                isKnown && !ends.isEmpty
                ? "expected one of: \(ends.joined(separator: ", "))"
                : isKnown ? "nothing is open here" : Suggestion.hint(for: name, among: Self.tags, listing: "tags")
            throw error(isKnown ? "unexpected tag '\(name)'" : "unknown tag '\(name)'", token.range, hint: hint)
        }
    }

    /// The rest of an opening tag, the body and the whole closing tag.
    private mutating func body(
        until ends: [String], _ opening: Range<Int>
    ) throws(Diagnostic) -> [TemplateStatement] {
        try expectBlockEnd()
        let body = try statements(until: ends, opening: opening)
        advance()
        try expectBlockEnd()
        return body
    }

    private mutating func loop(_ opening: Range<Int>) throws(Diagnostic) -> TemplateStatement {
        let target = try target()
        guard takeName("in") else { throw error("expected 'in', found \(found)", current.range) }
        let iterable = try tuple(allowsEmpty: false, allowsCondition: false)
        let filter = takeName("if") ? try expression() : nil
        _ = takeName("recursive")
        try expectBlockEnd()
        let body = try statements(until: ["else", "endfor"], opening: opening)
        var otherwise: [TemplateStatement] = []
        if takeName("else") {
            try expectBlockEnd()
            otherwise = try statements(until: ["endfor"], opening: opening)
        }
        advance()
        try expectBlockEnd()
        return .loop(
            TemplateLoop(target: target, iterable: iterable, filter: filter, body: body, otherwise: otherwise))
    }

    private mutating func condition(_ opening: Range<Int>) throws(Diagnostic) -> TemplateStatement {
        var branches: [(test: TemplateExpression, body: [TemplateStatement])] = []
        var otherwise: [TemplateStatement] = []
        while true {
            let test = try tuple(allowsEmpty: false, allowsCondition: false)
            try expectBlockEnd()
            branches.append((test, try statements(until: ["elif", "else", "endif"], opening: opening)))
            if takeName("elif") { continue }
            if takeName("else") {
                try expectBlockEnd()
                otherwise = try statements(until: ["endif"], opening: opening)
            }
            advance()
            try expectBlockEnd()
            return .condition(branches, otherwise: otherwise)
        }
    }

    private mutating func set(_ opening: Range<Int>) throws(Diagnostic) -> TemplateStatement {
        let target = try target()
        if takeSymbol("=") {
            let value = try tuple(allowsEmpty: false)
            try expectBlockEnd()
            return .set(target, value)
        }
        let filter = isSymbol("|") ? try filters(nil) : nil
        return .setBlock(target, filter: filter, try body(until: ["endset"], opening))
    }

    private mutating func target() throws(Diagnostic) -> TemplateTarget {
        var targets: [TemplateTarget] = []
        var isTuple = false
        while true {
            if takeSymbol("(") {
                targets.append(try nested { (parser) throws(Diagnostic) in try parser.target() })
                try expectSymbol(")")
            } else {
                let name = try expectName()
                targets.append(takeSymbol(".") ? .member(name, try expectName()) : .name(name))
            }
            guard takeSymbol(",") else { break }
            isTuple = true
            if isName("in") || isSymbol("=") || isSymbol(")") { break }
        }
        return isTuple || targets.isEmpty ? .tuple(targets) : targets[0]
    }

    // MARK: Macros

    private mutating func parameters() throws(Diagnostic) -> [(name: String, value: TemplateExpression?)] {
        try expectSymbol("(")
        var result: [(name: String, value: TemplateExpression?)] = []
        while !isSymbol(")") {
            if !result.isEmpty { try expectSymbol(",") }
            if isSymbol(")") { break }
            let name = try expectName()
            result.append((name, takeSymbol("=") ? try expression() : nil))
        }
        try expectSymbol(")")
        return result
    }

    private mutating func macro(_ opening: Range<Int>) throws(Diagnostic) -> TemplateMacro {
        let name = try expectName()
        return try macroBody(name, try parameters(), "endmacro", opening)
    }

    private mutating func macroBody(
        _ name: String, _ parameters: [(name: String, value: TemplateExpression?)], _ end: String,
        _ opening: Range<Int>
    ) throws(Diagnostic) -> TemplateMacro {
        let outer = (usesVarargs, usesKwargs)
        (usesVarargs, usesKwargs) = (false, false)
        defer { (usesVarargs, usesKwargs) = outer }
        let body = try body(until: [end], opening)
        return TemplateMacro(
            name: name, parameters: parameters, body: body, usesVarargs: usesVarargs, usesKwargs: usesKwargs)
    }

    private mutating func callBlock(_ opening: Range<Int>) throws(Diagnostic) -> TemplateStatement {
        let parameters = isSymbol("(") ? try parameters() : []
        let call = try expression()
        guard case .call = call.kind else {
            throw error("'call' needs the call of a macro", call.range, hint: "write {% call name() %}")
        }
        let range = opening.lowerBound..<previousEnd
        return .callBlock(call, caller: try macroBody("caller", parameters, "endcall", opening), range)
    }

    private mutating func filterBlock(_ opening: Range<Int>) throws(Diagnostic) -> TemplateStatement {
        let filter = try filters(nil, startsInline: true)
        let range = opening.lowerBound..<previousEnd
        return .filterBlock(filter, try body(until: ["endfilter"], opening), range)
    }

    private mutating func with(_ opening: Range<Int>) throws(Diagnostic) -> TemplateStatement {
        var assignments: [(TemplateTarget, TemplateExpression)] = []
        while current.kind != .blockEnd {
            if !assignments.isEmpty { try expectSymbol(",") }
            let name = try expectName()
            try expectSymbol("=")
            assignments.append((.name(name), try expression()))
        }
        return .with(assignments, try body(until: ["endwith"], opening))
    }

    // MARK: Other templates

    private mutating func context(_ standard: Bool) -> Bool {
        guard isName("with") || isName("without"), peek().kind == .name("context") else { return standard }
        let isWith = isName("with")
        advance()
        advance()
        return isWith
    }

    private mutating func include() throws(Diagnostic) -> TemplateStatement {
        let name = try expression()
        var ignoresMissing = false
        if isName("ignore"), peek().kind == .name("missing") {
            ignoresMissing = true
            advance()
            advance()
        }
        let withContext = context(true)
        try expectBlockEnd()
        return .include(name, ignoresMissing: ignoresMissing, withContext: withContext)
    }

    private mutating func importStatement(_ keyword: String) throws(Diagnostic) -> TemplateStatement {
        let path = try expression()
        if keyword == "import" {
            guard takeName("as") else { throw error("expected 'as NAME', found \(found)", current.range) }
            let name = try expectName()
            let withContext = context(false)
            try expectBlockEnd()
            return .importModule(path, name: name, withContext: withContext)
        }
        guard takeName("import") else { throw error("expected 'import', found \(found)", current.range) }
        var names: [TemplateImport] = []
        var withContext = false
        while current.kind != .blockEnd {
            if isName("with") || isName("without"), peek().kind == .name("context") {
                withContext = context(false)
                break
            }
            if !names.isEmpty { try expectSymbol(",") }
            if current.kind == .blockEnd { break }
            let range = current.range
            let name = try expectName()
            names.append(TemplateImport(name: name, alias: takeName("as") ? try expectName() : name, range: range))
        }
        try expectBlockEnd()
        return .importNames(path, names, withContext: withContext)
    }

    private mutating func block(_ opening: Range<Int>) throws(Diagnostic) -> TemplateStatement {
        let range = current.range
        let name = try expectName()
        guard blocks[name] == nil else { throw error("the block '\(name)' is defined twice", range) }
        var isScoped = false
        while isName("scoped") || isName("required") {
            isScoped = isScoped || isName("scoped")
            advance()
        }
        try expectBlockEnd()
        let body = try statements(until: ["endblock"], opening: opening)
        advance()
        _ = takeName(name)
        try expectBlockEnd()
        let block = TemplateBlock(name: name, isScoped: isScoped, body: body)
        blocks[name] = block
        return .block(block)
    }
}
