public import Diagnostics

/// Why a job failed, as it was told at the time: the files that it points into may change.
public struct JobFailure: Sendable, Equatable {
    /// For people, as a terminal shows it without colours.
    public let text: String
    /// The array of diagnostics that `--format json` gives, on one line.
    public let json: String

    public init(_ diagnostics: [Diagnostic]) {
        text = TerminalRenderer().render(diagnostics)
        let renderer = JSONRenderer()
        json = JSONText.array(diagnostics.map(renderer.json)).compact
    }

    init(text: String, json: String) {
        self.text = text
        self.json = json
    }

    /// The same without texts that must not be kept.
    func without(_ secrets: [String]) -> JobFailure {
        guard !secrets.isEmpty else { return self }
        var text = text
        var json = json
        for secret in secrets {
            text.replace(secret, with: "***")
            // As it stands inside a JSON string.
            json.replace(String(JSONText.quoted(secret).dropFirst().dropLast()), with: "***")
        }
        return JobFailure(text: text, json: json)
    }
}
