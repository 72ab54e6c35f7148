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
                + styled(": \(diagnostic.message)", .bold)
        ]
        var gutter = 1
        if let range = diagnostic.range {
            gutter = gutterWidth(for: [range] + diagnostic.related.map(\.range))
            lines += excerpt(of: range, gutter: gutter, tone: tone)
        }
        for related in diagnostic.related {
            lines.append(pad("", gutter) + styled(" note: ", .blue) + related.message)
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
        let text = range.file.lineText(start.line)
        let before = text.unicodeScalars.prefix(start.column - 1)
        let lineLength = text.unicodeScalars.count
        let lastColumn = end.line == start.line ? end.column : lineLength + 1
        let marked = text.unicodeScalars.dropFirst(start.column - 1).prefix(max(0, lastColumn - start.column))
        let indent = before.map { $0 == "\t" ? "\t" : String(repeating: " ", count: width($0)) }.joined()
        let caret = String(repeating: "^", count: max(1, marked.reduce(0) { $0 + width($1) }))
        return [
            pad("", gutter) + styled("--> ", .blue) + range.location,
            pad("", gutter) + " " + bar,
            styled(pad(String(start.line), gutter), .blue) + " " + bar + " " + printable(text),
            pad("", gutter) + " " + bar + " " + indent + styled(caret, tone),
        ]
    }

    private func gutterWidth(for ranges: [SourceRange]) -> Int {
        ranges.map { String($0.startPosition.line).count }.max() ?? 1
    }

    /// Columns that a terminal gives a scalar: two for East Asian wide and emoji, none for combining marks.
    private func width(_ scalar: Unicode.Scalar) -> Int {
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

    /// A source line is a stranger's text: control characters must not steer the terminal.
    private func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F ? "\u{FFFD}" : $0 }))
    }

    private func indented(_ text: String, by columns: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
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
