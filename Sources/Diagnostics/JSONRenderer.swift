/// Writes diagnostics as one JSON object for scripts and editors.
///
/// The keys are stable:
/// - `diagnostics`: an array; each has `code`, `severity` (`note`, `warning`, `error`), `message`, `location` or null,
///   `notes` (array of text), `hint` or null, and `related` (array of `message` and `location`).
/// - a location has `path`, and `start` and `end` with `line` and `column`, which count from 1 in Unicode scalars, and
///   `offset` in UTF-8 bytes from 0; `end` is the place after the last character.
/// - `errors`, `warnings`: how many there are.
public struct JSONRenderer: Sendable {
    public init() {}

    /// The object over several lines, with a line break at the end.
    public func render(_ diagnostics: some Sequence<Diagnostic>) -> String {
        let all = Array(diagnostics)
        let document = JSONText.object([
            "diagnostics": .array(all.map(json)),
            "errors": .integer(all.count { $0.severity == .error }),
            "warnings": .integer(all.count { $0.severity == .warning }),
        ])
        return document.pretty + "\n"
    }

    /// One diagnostic as a value, to be part of a larger document.
    public func json(_ diagnostic: Diagnostic) -> JSONText {
        .object([
            "code": .string(diagnostic.code.id),
            "severity": .string(diagnostic.severity.rawValue),
            "message": .string(diagnostic.message),
            "location": diagnostic.range.map(json) ?? .null,
            "notes": .array(diagnostic.notes.map(JSONText.string)),
            "hint": .optional(diagnostic.hint),
            "related": .array(
                diagnostic.related.map {
                    .object(["message": .string($0.message), "location": json($0.range)])
                }),
        ])
    }

    private func json(_ range: SourceRange) -> JSONText {
        .object([
            "path": .string(range.file.path),
            "start": json(range.startPosition, offset: range.start),
            "end": json(range.endPosition, offset: range.end),
        ])
    }

    private func json(_ position: SourcePosition, offset: Int) -> JSONText {
        .object(["line": .integer(position.line), "column": .integer(position.column), "offset": .integer(offset)])
    }
}
