import DataModel
import Diagnostics
import Planning
import Workers

/// The names of a CSV file's columns.
struct CSVHeader: Sendable {
    /// The names as pandas makes them unique: `a`, `a.1`, `a.2`.
    let names: [String]

    /// Reads the names from the beginning of a file and leaves the block's start behind them.
    ///
    /// Gives `nil` where the block has no record.
    static func read(
        from block: Block, path: String, options: CSVOptions, context: ReadContext
    ) throws(Diagnostic) -> CSVHeader? {
        block.skipByteOrderMark()
        let dialect = CSVDialect(delimiter: options.delimiter, comment: options.comment)
        var scanner = CSVRecordScanner(base: block.memory, start: block.start, end: block.end, dialect: dialect)
        switch scanner.scan() {
        case .end, .incomplete: return nil
        case .unclosedQuote(let place):
            throw CSVProblem.unclosedQuote(file: path, offset: block.fileOffset + Int64(place), context)
        case .record: break
        }
        try check(block, length: scanner.position - block.start, path: path, context)
        let written = scanner.fieldEnds.indices.map { CSVField.text(scanner.rawField($0)) }
        if options.hasHeader { block.start = scanner.position }
        var names = written
        if let given = options.names {
            guard given.count >= written.count else {
                throw context.problem(
                    .inconsistentColumns,
                    "'\(path)' has \(written.count) columns, but 'names' gives \(given.count)",
                    hint: "give a name to each column")
            }
            names = given
        } else if !options.hasHeader {
            names = written.indices.map { String($0) }
        }
        return CSVHeader(names: unique(names))
    }

    /// A first record that is not text, or that lone carriage returns would run together with all that follow.
    private static func check(
        _ block: Block, length: Int, path: String, _ context: ReadContext
    ) throws(Diagnostic) {
        if let place = block.firstInvalidUTF8(length: length) {
            throw context.problem(
                .invalidUTF8, UTF8Validation.message(block.memory[place]), file: path,
                offset: block.fileOffset + Int64(place), hint: UTF8Validation.hint(encoding: "utf-16"))
        }
        let record = UnsafeBufferPointer(start: UnsafePointer(block.memory + block.start), count: length)
        guard !record.contains(UInt8(ascii: "\"")), let place = record.firstIndex(of: CSVDialect.carriageReturn),
            place + 1 < length, record[place + 1] != CSVDialect.newline
        else { return }
        throw context.problem(
            .inconsistentColumns, "the first line has a carriage return in its middle", file: path,
            offset: block.fileOffset + Int64(block.start + place),
            hint: "lines must end in a newline; convert the file, such as with 'tr \\r \\n'")
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<[UInt8]> = []
        return names.enumerated().map { position, name in
            let name = name.utf8.isEmpty ? "Unnamed: \(position)" : name
            var candidate = name
            var number = 0
            while !seen.insert(Array(candidate.utf8)).inserted {
                number += 1
                candidate = "\(name).\(number)"
            }
            return candidate
        }
    }

    /// Where each field of the schema comes from in this file.
    func layout(
        path: String, schema: Schema, neededFields: Set<Int>, options: CSVOptions, firstPath: String,
        context: ReadContext
    ) throws(Diagnostic) -> CSVLayout {
        for name in names where schema.index(of: name) == nil {
            throw context.problem(
                .inconsistentColumns, "'\(path)' has a column '\(name)' that '\(firstPath)' does not have",
                hint: "read files of different columns in separate steps, or narrow the pattern")
        }
        var columns: [[UInt8]: Int] = [:]
        for (column, name) in names.enumerated() { columns[Array(name.utf8)] = column }
        let origins = schema.fields.enumerated().map { field, definition -> CSVLayout.Origin in
            if let column = columns[Array(definition.name.utf8)] {
                return neededFields.contains(field) ? .column(column) : .unused
            }
            if definition.name == options.filenameColumn { return .fileName }
            return neededFields.contains(field) ? .missing : .unused
        }
        return CSVLayout(path: path, columnCount: names.count, origins: origins)
    }
}
