/// One problem, as a value: the same one feeds the terminal, JSON, SARIF, an editor and a page.
public struct Diagnostic: Sendable, Error {
    public enum Severity: String, Sendable, Comparable, CaseIterable {
        case note
        case warning
        case error

        public static func < (left: Severity, right: Severity) -> Bool {
            allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
        }
    }

    /// A second place that explains the problem, such as the other definition of a duplicate.
    public struct Related: Sendable {
        public let message: String
        public let range: SourceRange

        public init(_ message: String, at range: SourceRange) {
            self.message = message
            self.range = range
        }
    }

    public var code: DiagnosticCode
    public var severity: Severity
    /// The fact: lower case, names in single quotes, no full stop.
    public var message: String
    /// Where. `nil` only for a problem that has no text, such as a missing file named on the command line.
    public var range: SourceRange?
    /// Facts that help, such as the valid choices; each printed as `= note`.
    public var notes: [String]
    /// How to mend it, one sentence; printed as `= help:`.
    public var hint: String?
    public var related: [Related]

    public init(
        _ code: DiagnosticCode, severity: Severity = .error, _ message: String, at range: SourceRange?,
        notes: [String] = [], hint: String? = nil, related: [Related] = []
    ) {
        self.code = code
        self.severity = severity
        self.message = message
        self.range = range
        self.notes = notes
        self.hint = hint
        self.related = related
    }
}

/// A kind of problem, stable across versions; `beamstack explain CODE` prints `explanation`.
public struct DiagnosticCode: Hashable, Sendable {
    /// Kebab case, such as `unknown-field`.
    public let id: String
    /// One line: what the problem is.
    public let summary: String
    /// Markdown: why it is a problem, an example that is wrong and the same one mended.
    public let explanation: String

    public init(_ id: String, _ summary: String, _ explanation: String) {
        self.id = id
        self.summary = summary
        self.explanation = explanation
    }

    public static func == (left: DiagnosticCode, right: DiagnosticCode) -> Bool { left.id == right.id }
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension Sequence<Diagnostic> {
    /// Whether any of them stops the work.
    public var hasErrors: Bool { contains { $0.severity == .error } }
}

/// Several problems thrown at once; never empty by convention of its throwers.
public struct DiagnosticsError: Error, Sendable {
    public let diagnostics: [Diagnostic]

    public init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }
}
