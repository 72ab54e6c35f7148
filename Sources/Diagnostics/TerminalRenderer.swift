/// Prints diagnostics for a person: code, place, the line with a caret, then notes and help.
public struct TerminalRenderer: Sendable {
    /// Whether to use ANSI colours.
    public var usesColor: Bool

    public init(usesColor: Bool = false) {
        self.usesColor = usesColor
    }

    public func render(_ diagnostics: some Sequence<Diagnostic>) -> String {
        diagnostics.map(render).joined(separator: "\n")
    }

    public func render(_ diagnostic: Diagnostic) -> String {
        let tone: Style =
            switch diagnostic.severity {
            case .error: .red
            case .warning: .yellow
            case .note: .blue
            }
        var lines = [
            styled("\(diagnostic.severity.rawValue)[\(diagnostic.code.id)]", tone)
                + styled(": \(printable(diagnostic.message))", .bold)
        ]
        var gutter = 1
        if let range = diagnostic.range {
            gutter = gutterWidth(for: [range] + diagnostic.related.map(\.range))
            lines += excerpt(of: range, gutter: gutter, tone: tone)
        }
        for related in diagnostic.related {
            lines.append(pad("", gutter) + styled(" note: ", .blue) + printable(related.message))
            lines += excerpt(of: related.range, gutter: gutter, tone: .blue)
        }
        for note in diagnostic.notes {
            lines.append(pad("", gutter) + styled(" = ", .blue) + indented(note, by: gutter + 3))
        }
        if let hint = diagnostic.hint {
            lines.append(pad("", gutter) + styled(" = help: ", .blue) + indented(hint, by: gutter + 9))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func excerpt(of range: SourceRange, gutter: Int, tone: Style) -> [String] {
        let start = range.startPosition
        let end = range.endPosition
        let bar = styled("|", .blue)
        let line = Array(range.file.lineText(start.line).unicodeScalars)
        let first = min(max(0, start.column - 1), line.count)
        let last = end.line == start.line ? min(max(first, end.column - 1), line.count) : line.count
        // A line may be a whole minified file: only what surrounds the place is shown.
        let window = Self.window(around: first, in: line.count)
        let isCutBefore = window.lowerBound > 0
        let isCutAfter = window.upperBound < line.count
        let before = (isCutBefore ? "…" : "") + text(line[window.lowerBound..<first])
        let text = before + text(line[first..<window.upperBound]) + (isCutAfter ? "…" : "")
        let marked = line[first..<max(first, min(last, window.upperBound))]
        let indent = before.unicodeScalars.map { $0 == "\t" ? "\t" : String(repeating: " ", count: width($0)) }.joined()
        let caret = String(repeating: "^", count: max(1, marked.reduce(0) { $0 + width($1) }))
        return [
            pad("", gutter) + styled("--> ", .blue) + printable(range.location),
            pad("", gutter) + " " + bar,
            styled(pad(String(start.line), gutter), .blue) + " " + bar + " " + printable(text),
            pad("", gutter) + " " + bar + " " + indent + styled(caret, tone),
        ]
    }

    /// Scalars of a line to be shown: all of them up to a length that wraps a few times at most.
    private static func window(around place: Int, in count: Int) -> Range<Int> {
        let longest = 240
        guard count > longest else { return 0..<count }
        let start = min(max(0, place - longest / 3), count - longest)
        return start..<(start + longest)
    }

    private func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }

    private func gutterWidth(for ranges: [SourceRange]) -> Int {
        ranges.map { String($0.startPosition.line).count }.max() ?? 1
    }

    /// Columns that a terminal gives a scalar: two for East Asian wide and emoji, none for combining marks.
    private func width(_ scalar: Unicode.Scalar) -> Int {
        guard isHarmless(scalar) else { return 1 }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if properties.isEmojiPresentation { return 2 }
        return switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6:
            2
        default: 1
        }
    }

    /// Sources, names and messages are a stranger's text: what steers a terminal or reorders its line is replaced.
    private func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : "\u{FFFD}" }))
    }

    private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: true
        case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: false
        default: true
        }
    }

    private func indented(_ text: String, by columns: Int) -> String {
        printable(text).split(separator: "\n", omittingEmptySubsequences: false)
            .joined(separator: "\n" + String(repeating: " ", count: columns))
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private enum Style: String {
        case red = "\u{1B}[1;31m"
        case yellow = "\u{1B}[1;33m"
        case blue = "\u{1B}[1;34m"
        case bold = "\u{1B}[1m"
    }

    private func styled(_ text: String, _ style: Style) -> String {
        usesColor ? style.rawValue + text + "\u{1B}[0m" : text
    }
}
