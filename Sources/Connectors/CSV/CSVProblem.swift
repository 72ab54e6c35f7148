import Diagnostics

/// Diagnostics about a CSV file's text.
enum CSVProblem {
    static func diagnostic(
        _ problem: CSVFieldIndex.Problem, _ layout: CSVLayout, blockOffset: Int64, _ context: ReadContext
    ) -> Diagnostic {
        switch problem {
        case .fieldCount(let found, let place):
            context.problem(
                .raggedRow, "the row has \(found) fields, the header \(layout.columnCount)", file: layout.path,
                offset: blockOffset + Int64(place),
                hint: "put quotes around a value that contains the delimiter, or set 'delimiter'")
        case .unclosedQuote(let place):
            unclosedQuote(file: layout.path, offset: blockOffset + Int64(place), context)
        }
    }

    static func unclosedQuote(file: String, offset: Int64, _ context: ReadContext) -> Diagnostic {
        context.problem(
            .unclosedQuote, "a quote opens here and is never closed", file: file, offset: offset,
            hint: "close it, or double a quote that belongs to the value: \"\"")
    }

    /// Bytes that are not UTF-8, with the column they are in.
    static func invalidText(
        at place: Int, _ block: Block, _ layout: CSVLayout, _ dialect: CSVDialect, _ context: ReadContext
    ) -> Diagnostic {
        var scanner = CSVRecordScanner(
            base: block.memory, start: block.start, end: block.end, dialect: dialect)
        var column: Int?
        while scanner.scan() == .record {
            guard scanner.position > place else { continue }
            column = scanner.fieldEnds.firstIndex { Int($0) >= place }
            break
        }
        return context.problem(
            .invalidUTF8, UTF8Validation.message(block.memory[place], column: column),
            file: layout.path, offset: block.fileOffset + Int64(place),
            hint: UTF8Validation.hint())
    }
}
