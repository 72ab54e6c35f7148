import Diagnostics
import Platform

/// Results go to standard output, all talk to standard error. A reader that went away ends the talk, not the run.
enum Output {
    static func write(_ text: String) { try? StandardStream.output.write(text) }
    static func write(_ bytes: [UInt8]) { try? StandardStream.output.write(bytes) }
    static func message(_ text: String) { try? StandardStream.error.write(text) }

    /// Whether colour suits standard error; https://no-color.org turns it off.
    static var usesColor: Bool { Terminal.isTerminal(.error) && Environment["NO_COLOR"] == nil }

    /// Prints problems for a person: errors after warnings, so that the last thing on the screen matters most.
    static func report(_ diagnostics: [Diagnostic]) {
        guard !diagnostics.isEmpty else { return }
        let sorted = diagnostics.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }.map(\.element)
        message(TerminalRenderer(usesColor: usesColor).render(sorted) + "\n")
    }

    /// `1 error, 2 warnings`
    static func summary(of diagnostics: [Diagnostic]) -> String {
        let counts = [Diagnostic.Severity.error, .warning].compactMap { severity -> String? in
            let count = diagnostics.count { $0.severity == severity }
            return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }
        return counts.isEmpty ? "no problems" : counts.joined(separator: ", ")
    }
}
