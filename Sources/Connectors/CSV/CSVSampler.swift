import DataModel
import Diagnostics
import Planning
import Platform
import Workers

/// Finds the columns of CSV files and their types from headers and samples.
struct CSVSampler {
    /// Rows from the beginning of each file, and bytes of all files together.
    private static let rowLimit = 1000
    private static let byteLimit = 2 << 20
    private static let probeSize = 1 << 16

    let context: ReadContext
    let options: CSVOptions
    let files: [String]
    private let dialect: CSVDialect
    private var names: [String] = []
    private var evidence: [[UInt8]: CSVColumnEvidence] = [:]
    private var scratch: [UInt8] = []
    private var bytesLeft = Self.byteLimit

    init(_ context: ReadContext, _ options: CSVOptions, files: [String]) {
        self.context = context
        self.options = options
        self.files = files
        dialect = CSVDialect(delimiter: options.delimiter, comment: options.comment)
    }

    /// The schema of all files; every column is nullable.
    mutating func schema() throws(Diagnostic) -> Schema {
        var hasColumns = false
        for path in files where try sample(path, isFirst: !hasColumns) { hasColumns = true }
        guard hasColumns else {
            throw context.problem(
                .noColumns, "no columns to parse: \(files.count == 1 ? "'\(files[0])' is" : "all files are") empty",
                hint: "give the file a header line, or 'names' for its columns")
        }
        var fields = names.map { name in
            let kind = options.types[name]?.kind ?? evidence[Array(name.utf8)]?.kind ?? .string
            return Field(name, FieldType(Self.readable(kind), isNullable: true))
        }
        if let column = options.filenameColumn {
            guard !names.contains(where: { $0.utf8.elementsEqual(column.utf8) }) else {
                throw context.problem(
                    .inconsistentColumns, "'\(files[0])' has a column '\(column)' already",
                    hint: "choose another name for 'filename_column'")
            }
            fields.append(Field(column, .string))
        }
        return Schema(fields)
    }

    private static func readable(_ kind: FieldType.Kind) -> FieldType.Kind {
        switch kind {
        case .int64, .double, .boolean: kind
        default: .string
        }
    }

    /// Samples one file; false if it is empty.
    private mutating func sample(_ path: String, isFirst: Bool) throws(Diagnostic) -> Bool {
        if bytesLeft <= 0, !isFirst { return true }
        let pool = BlockPool(blockSize: Self.probeSize * 2)
        var blocks = try BlockReader(path: path, boundary: dialect, context: context, pool: pool)
        var columns: [[UInt8]]?
        var rows = 0
        while rows < Self.rowLimit, let block = try blocks.next() {
            if columns == nil {
                guard let header = try CSVHeader.read(from: block, path: path, options: options, context: context)
                else { continue }
                if isFirst { names = header.names }
                columns = header.names.map { Array($0.utf8) }
            }
            bytesLeft -= block.end
            if let columns { rows += collect(block, columns, limit: Self.rowLimit - rows) }
        }
        guard let columns else { return false }
        if !blocks.file.isCompressed { try probe(blocks.file, columns) }
        return true
    }

    /// Looks at places spread over a large file; a place with quotes may lie within a value and is left out.
    private mutating func probe(_ file: InputFile, _ columns: [[UInt8]]) throws(Diagnostic) {
        guard let status = try? FileSystem.status(of: file.path), status.sizeInBytes > 4 * Self.probeSize else {
            return
        }
        let count = min(8, bytesLeft / Self.probeSize)
        for number in 1..<max(1, count + 1) {
            let offset = (status.sizeInBytes - Int64(Self.probeSize)) * Int64(number) / Int64(count)
            let block = Block(capacity: Self.probeSize)
            block.end = try file.read(into: block.memory, count: Self.probeSize, at: offset)
            bytesLeft -= block.end
            guard !dialect.hasQuote(block.memory, count: block.end) else { continue }
            block.start = (dialect.find(CSVDialect.newline, block.memory, 0, block.end) ?? block.end - 1) + 1
            _ = collect(block, columns, limit: .max)
        }
    }

    /// Adds the values of whole rows. Returns the number of rows.
    private mutating func collect(_ block: Block, _ columns: [[UInt8]], limit: Int) -> Int {
        var scanner = CSVRecordScanner(base: block.memory, start: block.start, end: block.end, dialect: dialect)
        var found = columns.map { evidence[$0] ?? CSVColumnEvidence() }
        var rows = 0
        while rows < limit, scanner.scan() == .record {
            rows += 1
            guard scanner.fieldEnds.count <= columns.count else { continue }
            for index in scanner.fieldEnds.indices { found[index].add(scanner.rawField(index), &scratch) }
        }
        for (name, column) in zip(columns, found) { evidence[name] = column }
        return rows
    }
}
