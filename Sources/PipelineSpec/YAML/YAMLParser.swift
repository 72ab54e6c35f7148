public import Diagnostics

/// Composes one YAML document into nodes that know where they were written.
///
/// What YAML accepts silently although it is surely a mistake (duplicate keys) is reported.
public struct YAMLParser {
    /// Levels of nesting allowed; composing recurses once per level.
    static let maximumDepth = 100
    /// Nodes allowed once aliases are expanded: a small file can stand for billions otherwise.
    static let maximumNodes = 1_000_000

    private let source: RenderedText
    private let events: YAMLEventReader
    private var anchors: [String: Composed] = [:]
    private var openAnchors: Set<String> = []
    private var nodeCount = 0
    private var depth = 0
    private var diagnostics: [Diagnostic] = []

    private struct Composed {
        var node: YAMLNode
        /// Nodes it stands for, aliases expanded.
        var size: Int
    }

    private init(_ source: RenderedText) {
        self.source = source
        events = YAMLEventReader(source.utf8)
    }

    /// The root node, or `nil` where the text is not YAML, with every problem found.
    public static func parse(_ source: RenderedText) -> (root: YAMLNode?, diagnostics: [Diagnostic]) {
        var parser = YAMLParser(source)
        do throws(YAMLProblem) {
            let root = try parser.composeStream()
            return (root, parser.diagnostics)
        } catch {
            return (nil, parser.diagnostics + [error.diagnostic(in: source.map)])
        }
    }

    private mutating func composeStream() throws(YAMLProblem) -> YAMLNode {
        try YAMLCharacters.check(source.utf8)
        guard case .documentStart = try events.next().kind else {
            throw YAMLProblem("the file is empty", at: 0..<0, hint: "a pipeline file needs at least 'pipeline:'")
        }
        let root = try compose(try events.next()).node
        _ = try events.next()
        let next = try events.next()
        if case .streamEnd = next.kind { return root }
        throw YAMLProblem(
            "a second document starts here", at: next.range, hint: "a pipeline file is one document; remove the '---'")
    }

    private mutating func compose(_ event: YAMLEvent) throws(YAMLProblem) -> Composed {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maximumDepth {
            throw YAMLProblem(
                "nested more than \(Self.maximumDepth) levels deep",
                at: event.range.lowerBound..<event.range.lowerBound,
                code: .yamlTooLarge)
        }
        if case .alias(let name) = event.kind { return try alias(name, event) }
        if let anchor = event.anchor { openAnchors.insert(anchor) }
        let composed: Composed
        switch event.kind {
        case .scalar(let text, let style): composed = scalar(text, style, event)
        case .sequenceStart: composed = try sequence(event)
        case .mappingStart: composed = try mapping(event)
        default: throw YAMLProblem("expected a value", at: event.range)
        }
        if let anchor = event.anchor {
            anchors[anchor] = composed
            openAnchors.remove(anchor)
        }
        nodeCount &+= 1
        return composed
    }

    private mutating func alias(_ name: String, _ event: YAMLEvent) throws(YAMLProblem) -> Composed {
        if openAnchors.contains(name) { throw YAMLProblem("the anchor '\(name)' contains itself", at: event.range) }
        guard let target = anchors[name] else {
            throw YAMLProblem(
                "no anchor '&\(name)' stands before this alias", at: event.range,
                hint: Suggestion.hint(for: name, among: anchors.keys.sorted(), listing: "anchors")
                    ?? "write the value in quotes if the '*' belongs to its text")
        }
        nodeCount = nodeCount.addingReportingOverflow(target.size).partialValue
        if nodeCount > Self.maximumNodes || nodeCount < 0 {
            throw YAMLProblem(
                "aliases expand to more than \(Self.maximumNodes) values", at: event.range, code: .yamlTooLarge)
        }
        return target
    }

    // MARK: Scalars

    private mutating func scalar(_ text: String, _ style: YAMLScalar.Style, _ event: YAMLEvent) -> Composed {
        // Anchor and tag belong to the event; the node is what follows them.
        let start = contentStart(event)
        var range = start..<max(start, event.range.upperBound)
        let runs = YAMLContentMap.runs(of: text, style: style, in: source.utf8, range)
        if style == .literal || style == .folded {
            range = start..<max(runs.last.map { $0.rendered + $0.length } ?? 0, endOfLine(start))
        }
        let value: YAMLScalarValue
        do throws(YAMLScalarResolver.Failure) {
            value = try YAMLScalarResolver.resolve(text, isPlain: style == .plain, tag: event.tag)
        } catch {
            diagnostics.append(diagnostic(error, event, range))
            value = .string(text)
        }
        let content = YAMLNode.Content.scalar(YAMLScalar(text: text, style: style, value: value, runs: runs))
        return Composed(node: YAMLNode(content, tag: event.tag, rendered: range, map: source.map), size: 1)
    }

    private func diagnostic(_ failure: YAMLScalarResolver.Failure, _ event: YAMLEvent, _ range: Range<Int>)
        -> Diagnostic
    {
        switch failure {
        case .unknownTag:
            let bytes = source.utf8
            var start = event.range.lowerBound
            while start < range.lowerBound, bytes[start] != UInt8(ascii: "!") { start += 1 }
            var end = start
            while end < bytes.count, bytes[end] > 0x20 { end += 1 }
            let place = source.map.range(of: start..<end)
            return Diagnostic(
                .yamlTag, "unknown tag '\(place.text)'", at: place,
                hint: "remove it, or write the value in quotes if the '!' belongs to its text")
        case .invalid(let reason):
            return Diagnostic(
                .yamlValue, reason, at: source.map.range(of: range), hint: "write it in quotes if it is a text")
        }
    }

    /// Where the value itself starts, behind `&anchor` and `!tag`.
    private func contentStart(_ event: YAMLEvent) -> Int {
        var index = event.range.lowerBound
        guard event.anchor != nil || event.tag != nil else { return index }
        let bytes = source.utf8
        let end = event.range.upperBound
        while index < end, bytes[index] == UInt8(ascii: "&") || bytes[index] == UInt8(ascii: "!") {
            while index < end, bytes[index] > 0x20 { index += 1 }
            while index < end, bytes[index] <= 0x20 { index += 1 }
        }
        return index
    }

    private func endOfLine(_ offset: Int) -> Int {
        var index = offset
        while index < source.utf8.count, source.utf8[index] != 0x0A, source.utf8[index] != 0x0D { index += 1 }
        return index
    }

    // MARK: Collections

    private mutating func sequence(_ start: YAMLEvent) throws(YAMLProblem) -> Composed {
        var items: [YAMLNode] = []
        var size = 1
        var last = 0
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind {
                let range = collectionRange(start, event, first: nil, last: items.isEmpty ? nil : last)
                return Composed(
                    node: YAMLNode(.sequence(items), tag: start.tag, rendered: range, map: source.map), size: size)
            }
            let item = try compose(event)
            items.append(item.node)
            last = max(end(of: event, item.node), start.range.upperBound)
            size = size.addingReportingOverflow(item.size).partialValue
        }
    }

    private mutating func mapping(_ start: YAMLEvent) throws(YAMLProblem) -> Composed {
        var builder = YAMLMappingBuilder()
        var size = 1
        var first: Int?
        var last = 0
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind {
                let pairs = builder.pairs
                diagnostics += builder.diagnostics
                let range = collectionRange(start, event, first: first, last: first == nil ? nil : last)
                return Composed(
                    node: YAMLNode(.mapping(pairs), tag: start.tag, rendered: range, map: source.map), size: size)
            }
            let key = try compose(event)
            let valueEvent = try events.next()
            let value = try compose(valueEvent)
            first = first ?? event.range.lowerBound
            last = max(end(of: event, key.node), end(of: valueEvent, value.node))
            builder.add(key.node, value.node)
            size = size.addingReportingOverflow(key.size).partialValue
            size = size.addingReportingOverflow(value.size).partialValue
        }
    }

    /// Where a child ends in this collection: an alias where it is written, not where its anchor is.
    private func end(of event: YAMLEvent, _ node: YAMLNode) -> Int {
        if case .alias = event.kind { return event.range.upperBound }
        return node.renderedRange.upperBound
    }

    /// A block collection ends with its last child; libyaml's end lies where the next token starts.
    private func collectionRange(_ start: YAMLEvent, _ end: YAMLEvent, first: Int?, last: Int?) -> Range<Int> {
        let lower = start.isFlow ? max(contentStart(start), start.range.lowerBound) : first ?? start.range.lowerBound
        let upper = start.isFlow ? end.range.upperBound : last ?? start.range.upperBound
        return lower..<max(lower, upper)
    }
}
