public import Diagnostics

/// Reads the parts of a document out of YAML nodes and collects what is wrong with their structure.
public struct StructureReader {
    public var diagnostics: [Diagnostic] = []

    public init(diagnostics: [Diagnostic] = []) {
        self.diagnostics = diagnostics
    }

    public mutating func report(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, notes: [String] = [], hint: String? = nil,
        related: [Diagnostic.Related] = []
    ) {
        diagnostics.append(Diagnostic(code, message, at: range, notes: notes, hint: hint, related: related))
    }

    /// The pairs of a map, or `nil` and a report where it is something else.
    public mutating func map(_ node: YAMLNode, _ what: String, hint: String? = nil) -> [YAMLPair]? {
        if let pairs = node.mapping { return pairs }
        report(.invalidStructure, "\(what) must be a map, found \(node.kindName)", at: node.place, hint: hint)
        return nil
    }

    /// The items of a list, or nothing and a report where it is something else.
    public mutating func list(_ node: YAMLNode, _ what: String, hint: String? = nil) -> [YAMLNode] {
        if let items = node.sequence { return items }
        report(.invalidStructure, "\(what) must be a list, found \(node.kindName)", at: node.place, hint: hint)
        return []
    }

    /// A string, or `nil` and a report where it is something else.
    public mutating func text(_ node: YAMLNode, _ what: String) -> SpecText? {
        if let string = node.string { return SpecText(string, at: node.range) }
        report(
            .invalidStructure, "\(what) must be a string, found \(node.kindName)", at: node.place,
            hint: node.scalar?.style == .plain && !node.isNull
                ? "write it in quotes: '\(node.scalar?.text ?? "")'" : nil)
        return nil
    }

    /// Reports every key that is not allowed; `hint` may say more about one.
    public mutating func checkKeys(
        of pairs: [YAMLPair], in what: String, allowed: [String], hint: (String) -> String? = { _ in nil }
    ) {
        for pair in pairs {
            guard let key = pair.key.scalar?.text else { continue }
            if allowed.contains(where: { $0.utf8.elementsEqual(key.utf8) }) { continue }
            report(
                .unknownKey, "unknown key '\(key)' in \(what)", at: pair.key.range,
                hint: hint(key) ?? Suggestion.hint(for: key, among: allowed, listing: "allowed keys"))
        }
    }
}

extension YAMLNode {
    /// Where to point for the node as a whole: its first line, since a whole block says nothing.
    public var place: SourceRange {
        let text = range.file.utf8
        guard range.start < range.end, let newline = text[range.start..<range.end].firstIndex(of: 0x0A) else {
            return range
        }
        return SourceRange(file: range.file, start: range.start, end: newline)
    }
}
