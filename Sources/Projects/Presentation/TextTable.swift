/// Rows of cells in columns, for terminals.
struct TextTable {
    enum Alignment {
        case left, right
    }

    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// - Parameter alignments: those of the columns; columns beyond are aligned to the left.
    init(_ alignments: [Alignment] = []) {
        self.alignments = alignments
    }

    mutating func add(_ cells: [String]) { rows.append(cells.map(Self.printable)) }

    /// A line a row, columns two spaces apart.
    var text: String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                let isRight = column < alignments.count && alignments[column] == .right
                line += (column == 0 ? "" : "  ") + (isRight ? padding + cell : cell + padding)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// Names are a stranger's text: what steers a terminal or ends a line is replaced.
    static func printable(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { isHarmless($0) }
        return isPlain
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : "\u{FFFD}" }))
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: false
        default: true
        }
    }
}

extension String {
    /// Each line indented by two spaces.
    var indented: String { split(separator: "\n").map { "  \($0)\n" }.joined() }
}
