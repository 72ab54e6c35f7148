/// Writes diagnostics as SARIF 2.1.0, which code hosts and editors show beside the lines.
///
/// Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
public struct SARIFRenderer: Sendable {
    private let version: String

    /// `version` is that of the tool, as `beamstack --version` prints it.
    public init(version: String) {
        self.version = version
    }

    /// A log with one run, over several lines, with a line break at the end.
    public func render(_ diagnostics: some Sequence<Diagnostic>) -> String {
        let all = Array(diagnostics)
        var rules: [DiagnosticCode] = []
        var ruleIndexes: [DiagnosticCode: Int] = [:]
        for diagnostic in all where ruleIndexes[diagnostic.code] == nil {
            ruleIndexes[diagnostic.code] = rules.count
            rules.append(diagnostic.code)
        }
        let driver = JSONText.object([
            "name": "Beamstack",
            "semanticVersion": .string(version),
            "rules": .array(rules.map(rule)),
        ])
        let run = JSONText.object([
            "tool": .object(["driver": driver]),
            "columnKind": "unicodeCodePoints",
            "results": .array(all.map { result($0, ruleIndex: ruleIndexes[$0.code] ?? -1) }),
        ])
        let log = JSONText.object([
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": .array([run]),
        ])
        return log.pretty + "\n"
    }

    private func rule(_ code: DiagnosticCode) -> JSONText {
        .object([
            "id": .string(code.id),
            "shortDescription": .object(["text": .string(code.summary)]),
            "help": .object(["text": .string(code.explanation), "markdown": .string(code.explanation)]),
        ])
    }

    private func result(_ diagnostic: Diagnostic, ruleIndex: Int) -> JSONText {
        let text = ([diagnostic.message] + diagnostic.notes + (diagnostic.hint.map { ["help: \($0)"] } ?? []))
            .joined(separator: "\n")
        let related = diagnostic.related.enumerated().map { index, related in
            location(of: related.range, id: index + 1, message: related.message)
        }
        return .object([
            "ruleId": .string(diagnostic.code.id),
            "ruleIndex": .integer(ruleIndex),
            "level": .string(diagnostic.severity.rawValue),
            "message": .object(["text": .string(text)]),
            "locations": .array(diagnostic.range.map { [location(of: $0)] } ?? []),
            "relatedLocations": related.isEmpty ? nil : .array(related),
        ])
    }

    private func location(of range: SourceRange, id: Int? = nil, message: String? = nil) -> JSONText {
        let start = range.startPosition
        let end = range.endPosition
        let region = JSONText.object([
            "startLine": .integer(start.line),
            "startColumn": .integer(start.column),
            "endLine": .integer(end.line),
            "endColumn": .integer(end.column),
        ])
        return .object([
            "id": id.map(JSONText.integer),
            "physicalLocation": .object([
                "artifactLocation": .object(["uri": .string(Self.uri(ofPath: range.file.path))]),
                "region": region,
            ]),
            "message": message.map { .object(["text": .string($0)]) },
        ])
    }

    /// A path as a URI reference: what RFC 3986 does not allow in a path is percent-encoded.
    static func uri(ofPath path: String) -> String {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
        var uri: [UInt8] = path.hasPrefix("/") ? Array("file://".utf8) : []
        for byte in path.utf8 {
            if allowed.contains(byte) {
                uri.append(byte)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                uri += (byte < 16 ? "%0" : "%").utf8
                uri += digits.utf8
            }
        }
        return String(decoding: uri, as: UTF8.self)
    }
}
