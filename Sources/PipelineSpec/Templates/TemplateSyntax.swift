/// An expression of a template and where it stands.
final class TemplateExpression: Sendable {
    enum Kind: Sendable {
        case none
        case bool(Bool)
        case integer(Int64)
        case float(Double)
        case string(String)
        case name(String)
        case list([TemplateExpression])
        case tuple([TemplateExpression])
        case dictionary([(key: TemplateExpression, value: TemplateExpression)])
        case attribute(TemplateExpression, String)
        case item(TemplateExpression, TemplateExpression)
        case slice(TemplateExpression, TemplateExpression?, TemplateExpression?, TemplateExpression?)
        case call(TemplateExpression, TemplateArguments)
        /// The value is `nil` for the body of a filter block.
        case filter(TemplateExpression?, String, TemplateArguments)
        case test(TemplateExpression, String, TemplateArguments)
        case not(TemplateExpression)
        case negative(TemplateExpression)
        case positive(TemplateExpression)
        case binary(String, TemplateExpression, TemplateExpression)
        case comparison(TemplateExpression, [(operation: String, value: TemplateExpression)])
        case and(TemplateExpression, TemplateExpression)
        case or(TemplateExpression, TemplateExpression)
        case conditional(test: TemplateExpression, then: TemplateExpression, otherwise: TemplateExpression?)
    }

    let kind: Kind
    let range: Range<Int>

    init(_ kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        self.range = range
    }
}

/// Arguments of a call, a filter or a test.
struct TemplateArguments: Sendable {
    var positional: [TemplateExpression] = []
    var keywords: [(name: String, value: TemplateExpression)] = []
    /// `*list` and `**map`.
    var positionalRest: TemplateExpression?
    var keywordRest: TemplateExpression?
}

/// What an assignment names: `x`, `a, b`, `ns.x`.
indirect enum TemplateTarget: Sendable {
    case name(String)
    case member(String, String)
    case tuple([TemplateTarget])
}

/// A statement of a template.
indirect enum TemplateStatement: Sendable {
    case text(Range<Int>)
    /// An expression to write, and the range of its `{{ … }}`.
    case output(TemplateExpression, Range<Int>)
    case loop(TemplateLoop)
    case condition([(test: TemplateExpression, body: [TemplateStatement])], otherwise: [TemplateStatement])
    case set(TemplateTarget, TemplateExpression)
    case setBlock(TemplateTarget, filter: TemplateExpression?, [TemplateStatement])
    case macro(TemplateMacro)
    case callBlock(TemplateExpression, caller: TemplateMacro, Range<Int>)
    case filterBlock(TemplateExpression, [TemplateStatement], Range<Int>)
    case with([(TemplateTarget, TemplateExpression)], [TemplateStatement])
    case include(TemplateExpression, ignoresMissing: Bool, withContext: Bool)
    case importModule(TemplateExpression, name: String, withContext: Bool)
    case importNames(TemplateExpression, [TemplateImport], withContext: Bool)
    case extends(TemplateExpression)
    case block(TemplateBlock)
}

struct TemplateImport: Sendable {
    var name: String
    var alias: String
    var range: Range<Int>
}

struct TemplateLoop: Sendable {
    var target: TemplateTarget
    var iterable: TemplateExpression
    var filter: TemplateExpression?
    var body: [TemplateStatement]
    var otherwise: [TemplateStatement]
}

/// `{% macro name(parameters) %}` or the body of `{% call %}`.
final class TemplateMacro: Sendable {
    let name: String
    let parameters: [(name: String, value: TemplateExpression?)]
    let body: [TemplateStatement]
    /// Whether the body names them, which is what lets a call give more arguments than there are parameters.
    let usesVarargs: Bool
    let usesKwargs: Bool

    init(
        name: String, parameters: [(name: String, value: TemplateExpression?)], body: [TemplateStatement],
        usesVarargs: Bool, usesKwargs: Bool
    ) {
        self.name = name
        self.parameters = parameters
        self.body = body
        self.usesVarargs = usesVarargs
        self.usesKwargs = usesKwargs
    }
}

final class TemplateBlock: Sendable {
    let name: String
    let isScoped: Bool
    let body: [TemplateStatement]

    init(name: String, isScoped: Bool, body: [TemplateStatement]) {
        self.name = name
        self.isScoped = isScoped
        self.body = body
    }
}

/// A parsed template.
final class Template: Sendable {
    let path: String
    let source: RenderedText
    let body: [TemplateStatement]
    let blocks: [String: TemplateBlock]

    init(path: String, source: RenderedText, body: [TemplateStatement], blocks: [String: TemplateBlock]) {
        self.path = path
        self.source = source
        self.body = body
        self.blocks = blocks
    }
}
