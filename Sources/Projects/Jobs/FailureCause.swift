/// What an engine's exception comes down to.
///
/// Engines wrap the cause in a dozen exceptions of their own, each with its frames. The innermost is what a person can do
/// something about; where Python code failed inside, its own last line is.
public struct FailureCause: Sendable, Equatable {
    /// Such as `NumberFormatException: For input string: "x"`.
    public let message: String
    /// The step that the exception names, if it names one.
    public let step: JobStep?

    /// - Parameter steps: those of the plan, whose names the engine's operators carry.
    public init(of exception: String, steps: [JobStep] = [], failedOperators: [String] = []) {
        message = Self.message(exception)
        let texts = failedOperators + [exception]
        // A name may be part of another: the longest that fits is meant.
        step =
            texts.lazy.compactMap { text in
                steps.filter { Self.mentions($0.name, in: text) }.max { $0.name.utf8.count < $1.name.utf8.count }
            }.first
    }

    private static func message(_ exception: String) -> String {
        let lines = exception.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.last == "\r" ? line.dropLast() : line)
        }
        // Our own programs say what is wrong in one line.
        if let own = lines.last(where: { $0.contains("beamstack: ") }), let start = own.firstRange(of: "beamstack: ") {
            return String(own[start.upperBound...])
        }
        if let python = lines.last(where: isPythonException) { return shortened(trimmed(python)) }
        var found: [String] = []
        for (number, line) in lines.enumerated() {
            guard let start = line.firstRange(of: "Caused by: ") else { continue }
            found = [String(line[start.upperBound...])]
            // A message may go on over lines; its frames end it.
            for next in lines[(number + 1)...] {
                let text = trimmed(next)
                if text.hasPrefix("at ") || text.hasPrefix("... ") || text.contains("Caused by: ") { break }
                if found.count == 8 { break }
                if !text.isEmpty { found.append(text) }
            }
        }
        if found.isEmpty { found = [lines.first { !trimmed($0).isEmpty }.map(trimmed) ?? "no reason was given"] }
        return shortened(found.joined(separator: "\n"))
    }

    /// `ValueError: …` at a line's start, as a traceback ends.
    private static func isPythonException(_ line: String) -> Bool {
        let name = trimmed(line).prefix { $0 != ":" }
        let isName = !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
        return isName && line.contains(": ") && ["Error", "Exception"].contains { name.hasSuffix($0) }
    }

    /// Without the packages of the exception's class.
    private static func shortened(_ message: String) -> String {
        let name = message.prefix { $0.isLetter || $0.isNumber || "._$".contains($0) }
        guard message[name.endIndex...].first == ":" || name.endIndex == message.endIndex,
            let last = name.lastIndex(where: { $0 == "." || $0 == "$" }), last < name.index(before: name.endIndex)
        else { return message }
        return String(message[message.index(after: last)...])
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// Whether a text has a name that no letter goes on from.
    private static func mentions(_ name: String, in text: String) -> Bool {
        guard !name.isEmpty else { return false }
        return text.ranges(of: name).contains { range in
            let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
            return [before, after].allSatisfy { $0.map { !$0.isLetter && !$0.isNumber && $0 != "_" } ?? true }
        }
    }
}
