public import Diagnostics

/// One value of a YAML document and where it was written.
public final class YAMLNode: Sendable {
    public enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLPair])
    }

    public let content: Content
    /// An explicit tag as written, such as `!!str` expanded to `tag:yaml.org,2002:str`; `nil` without one.
    public let tag: String?
    /// What was written, quotes included; in the file a person edits, also for text out of a template.
    public let range: SourceRange
    /// Where the node stands in the rendered text.
    let renderedRange: Range<Int>
    let map: SourceMap

    init(_ content: Content, tag: String?, rendered: Range<Int>, map: SourceMap) {
        self.content = content
        self.tag = tag
        renderedRange = rendered
        range = map.range(of: rendered)
        self.map = map
    }

    /// A node made from another, such as a scalar whose text was rendered with a provider's arguments.
    init(_ content: Content, replacing original: YAMLNode, rendered: Range<Int>? = nil, map: SourceMap? = nil) {
        self.content = content
        tag = original.tag
        range = original.range
        renderedRange = rendered ?? original.renderedRange
        self.map = map ?? original.map
    }

    public var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    public var sequence: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    public var mapping: [YAMLPair]? {
        if case .mapping(let pairs) = content { pairs } else { nil }
    }

    /// The text of a scalar that is a string after YAML 1.1 resolution.
    public var string: String? {
        if case .string(let text)? = scalar?.value { text } else { nil }
    }

    public var isNull: Bool {
        if case .null? = scalar?.value { true } else { false }
    }

    /// The value of a string key of a mapping; `nil` for anything else.
    public subscript(key: String) -> YAMLNode? {
        mapping?.first { pair in pair.key.scalar.map { $0.text.utf8.elementsEqual(key.utf8) } ?? false }?.value
    }

    /// What kind of value this is, for messages: `a string`, `a list`.
    public var kindName: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a map"
        case .scalar(let scalar): scalar.value.kindName
        }
    }

    /// Where a range of UTF-8 offsets in a scalar's value was written; the whole node where that is not known.
    public func sourceRange(ofContent range: Range<Int>) -> SourceRange {
        guard let rendered = scalar?.renderedRange(of: range) else { return self.range }
        return map.range(of: rendered)
    }
}

/// A key and its value.
public struct YAMLPair: Sendable {
    public let key: YAMLNode
    public let value: YAMLNode

    public init(key: YAMLNode, value: YAMLNode) {
        self.key = key
        self.value = value
    }
}

/// A scalar: its text, its value by the rules of YAML 1.1, and where each byte of the text was written.
public struct YAMLScalar: Sendable {
    public enum Style: Sendable {
        case plain
        case singleQuoted
        case doubleQuoted
        case literal
        case folded
    }

    /// A part of the text that stands unchanged in the rendered text.
    struct Run: Sendable {
        var value: Int
        var rendered: Int
        var length: Int
    }

    public let text: String
    public let style: Style
    public let value: YAMLScalarValue
    /// In order of `value`; what lies between two runs (escapes, folded breaks) has no exact counterpart.
    let runs: [Run]

    /// The rendered place of offsets in the text, from the start of the run that holds the first one to the last.
    func renderedRange(of range: Range<Int>) -> Range<Int>? {
        guard let first = runs.last(where: { $0.value <= range.lowerBound }) ?? runs.first else { return nil }
        let start = first.rendered + min(max(0, range.lowerBound - first.value), first.length)
        guard !range.isEmpty, let last = runs.last(where: { $0.value < range.upperBound }) else {
            return start..<start
        }
        let end = last.rendered + min(max(0, range.upperBound - last.value), last.length)
        return start..<max(start, end)
    }
}
