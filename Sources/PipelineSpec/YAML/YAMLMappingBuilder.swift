import Diagnostics

/// Puts the pairs of one mapping together: finds duplicate keys and merges `<<`.
struct YAMLMappingBuilder {
    private(set) var diagnostics: [Diagnostic] = []
    private var own: [YAMLPair] = []
    private var merged: [YAMLPair] = []

    mutating func add(_ key: YAMLNode, _ value: YAMLNode) {
        guard let scalar = key.scalar else {
            diagnostics.append(
                Diagnostic(
                    .yamlSyntax, "\(key.kindName) cannot be a key", at: key.range,
                    hint: "write a text as the key, in quotes if it contains '{' or '['"))
            return
        }
        if scalar.style == .plain, key.tag == nil, scalar.text.utf8.elementsEqual("<<".utf8) {
            merge(value)
            return
        }
        own.append(YAMLPair(key: key, value: value))
    }

    private mutating func merge(_ value: YAMLNode) {
        if let pairs = value.mapping {
            merged = pairs + merged
            return
        }
        guard let maps = value.sequence, maps.allSatisfy({ $0.mapping != nil }) else {
            diagnostics.append(
                Diagnostic(
                    .yamlSyntax, "'<<' merges a map or a list of maps, found \(value.kindName)", at: value.range,
                    hint: "name an anchored map: '<<: *name'"))
            return
        }
        // The first map of the list wins, so it comes last.
        for map in maps.reversed() { merged += map.mapping ?? [] }
    }

    /// The pairs in PyYAML's order, which is that of a dictionary filled with merged pairs first.
    var pairs: [YAMLPair] {
        mutating get {
            reportDuplicates()
            if merged.isEmpty { return own }
            var result: [YAMLPair] = []
            var positions: [String: Int] = [:]
            for pair in merged + own {
                let identity = Self.identity(of: pair.key)
                if let position = positions[identity] {
                    result[position] = pair
                } else {
                    positions[identity] = result.count
                    result.append(pair)
                }
            }
            return result
        }
    }

    private mutating func reportDuplicates() {
        guard own.count > 1 else { return }
        var seen: [String: YAMLNode] = [:]
        var kept: [YAMLPair] = []
        for pair in own {
            let identity = Self.identity(of: pair.key)
            if let first = seen[identity] {
                diagnostics.append(
                    Diagnostic(
                        .duplicateKey, "the key '\(pair.key.scalar?.text ?? "")' is given twice", at: pair.key.range,
                        hint: "remove one of the two; Beam silently takes the last",
                        related: [Diagnostic.Related("first given here", at: first.range)]))
                kept.removeAll { Self.identity(of: $0.key) == identity }
            } else {
                seen[identity] = pair.key
            }
            kept.append(pair)
        }
        own = kept
    }

    /// Two keys are one where Python's would be equal: same kind and same value.
    private static func identity(of key: YAMLNode) -> String {
        switch key.scalar?.value {
        // Swift compares by canonical equivalence, Python by code points: spell those beyond ASCII out.
        case .string(let text):
            "s:"
                + (text.utf8.allSatisfy { $0 < 0x80 }
                    ? text : text.unicodeScalars.map { String($0.value) }.joined(separator: ","))
        case .int(let value): "n:\(value)"
        case .bool(let value): "n:\(value ? 1 : 0)"
        case .float(let value): Int64(exactly: value).map { "n:\($0)" } ?? "f:\(value)"
        case .some(let value): "o:\(value)"
        case nil: "?"
        }
    }
}
