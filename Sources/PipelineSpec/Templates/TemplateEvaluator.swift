import Diagnostics

/// Evaluates parsed templates and writes their text.
///
/// One evaluator renders one file; it is bounded in steps, depth and size, so that no template can hang or exhaust
/// memory.
final class TemplateEvaluator {
    static let maximumSteps = 10_000_000
    static let maximumSize = 64 << 20
    static let maximumItems = 1_000_000
    /// Levels of statements and expressions within each other, calls included.
    static let maximumDepth = 300
    /// Levels of includes, imports, macros and blocks within each other.
    static let maximumCalls = 50

    let renderer: TemplateRenderer
    /// Names that every template has, also one imported without context.
    let globals: TemplateScope
    /// The template whose text is being evaluated.
    var template: Template
    var output = MappedText()
    /// Whether text is thrown away, as at the top of a template that extends another.
    var isMuted = false
    var rootScope: TemplateScope
    var blocks: [String: [(block: TemplateBlock, template: Template)]] = [:]
    /// What the running template extends, once it said so.
    var parent: Template?
    var depth = 0
    private var steps = 0
    private var calls = 0
    private var loaded: [String: Template] = [:]

    static let globalNames = ["range", "dict", "namespace", "joiner", "cycler"]

    init(_ renderer: TemplateRenderer, template: Template) {
        self.renderer = renderer
        self.template = template
        globals = TemplateScope(parent: nil)
        for name in Self.globalNames { globals[name] = .builtin(name) }
        rootScope = TemplateScope(parent: globals)
        rootScope["datetime"] = .builtin("datetime")
        for (name, value) in renderer.variables { rootScope[name] = RuntimeValue(value) }
    }

    /// The whole text of the template.
    func render() throws(Diagnostic) -> RenderedText {
        try run(template, in: TemplateScope(parent: rootScope))
        let map = SourceMap(segments: output.runs, fallback: template.source.map.range(of: 0..<0).file)
        return RenderedText(utf8: output.bytes, map: map)
    }

    // MARK: Problems and limits

    func place(_ range: Range<Int>) -> SourceRange { template.source.map.range(of: range) }

    func failure(_ message: String, _ range: Range<Int>, hint: String? = nil) -> Diagnostic {
        Diagnostic(.templateError, message, at: place(range), hint: hint)
    }

    func tooLarge(_ message: String, _ range: Range<Int>) -> Diagnostic {
        Diagnostic(.templateTooLarge, message, at: place(range))
    }

    /// Counts work; `amount` grows with what one step handles.
    func charge(_ amount: Int, _ range: Range<Int>) throws(Diagnostic) {
        steps &+= amount
        if steps > Self.maximumSteps || amount < 0 {
            throw tooLarge("the template takes more than \(Self.maximumSteps) steps", range)
        }
    }

    func checkSize(_ count: Int, _ range: Range<Int>) throws(Diagnostic) {
        try charge(1 + max(0, count) / 64, range)
        if count > Self.maximumSize || count < 0 {
            throw tooLarge("the text is larger than \(Self.maximumSize >> 20) MiB", range)
        }
    }

    func checkItems(_ count: Int, _ range: Range<Int>) throws(Diagnostic) {
        try charge(1 + max(0, count) / 8, range)
        if count > Self.maximumItems || count < 0 {
            throw tooLarge("the list has more than \(Self.maximumItems) items", range)
        }
    }

    func enter(_ range: Range<Int>) throws(Diagnostic) {
        depth += 1
        if depth > Self.maximumDepth { throw tooLarge("the template is nested too deep", range) }
        try charge(1, range)
    }

    // MARK: Templates

    /// Runs a template and those it extends, with their blocks.
    func run(_ first: Template, in scope: TemplateScope) throws(Diagnostic) {
        let saved = (template, parent, isMuted, blocks, rootScope)
        defer { (template, parent, isMuted, blocks, rootScope) = saved }
        (blocks, rootScope) = ([:], scope)
        var current = first
        var extended = 0
        while true {
            (template, parent, isMuted) = (current, nil, saved.2)
            for (name, block) in current.blocks { blocks[name, default: []].append((block, current)) }
            try execute(current.body, in: scope)
            guard let next = parent else { return }
            extended += 1
            if extended > Self.maximumCalls {
                throw tooLarge("templates extend each other more than \(Self.maximumCalls) times", 0..<0)
            }
            current = next
        }
    }

    /// Runs something that another text calls, with a buffer of its own.
    func capture(
        _ range: Range<Int>, _ body: () throws(Diagnostic) -> Void
    ) throws(Diagnostic) -> MappedText {
        calls += 1
        let saved = (output, isMuted)
        output = MappedText()
        isMuted = false
        defer {
            calls -= 1
            (output, isMuted) = saved
        }
        if calls > Self.maximumCalls {
            throw tooLarge("calls nested more than \(Self.maximumCalls) levels deep", range)
        }
        try body()
        return output
    }

    /// Loads the first template of the names that exists.
    func load(_ names: [String], _ range: Range<Int>) throws(Diagnostic) -> Template? {
        var tried: [String] = []
        for name in names {
            for path in renderer.candidates(for: name, from: template.path) where !tried.contains(path) {
                if let known = loaded[path] { return known }
                tried.append(path)
                switch try renderer.load(path, includedAt: place(range)) {
                case .some(let template):
                    loaded[path] = template
                    return template
                case nil: continue
                }
            }
        }
        missing = tried
        return nil
    }

    /// Where the last `load` looked in vain.
    private var missing: [String] = []

    func missingTemplate(_ names: [String], _ range: Range<Int>) -> Diagnostic {
        let what = names.map { "'\($0)'" }.joined(separator: ", ")
        return Diagnostic(
            .missingInclude, "no template \(what)", at: place(range), notes: missing.map { "looked for '\($0)'" },
            hint: "a template is looked up from the working directory and beside the file that names it")
    }
}
