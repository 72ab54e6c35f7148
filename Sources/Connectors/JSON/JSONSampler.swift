import DataModel
import Diagnostics
import Planning
import Platform

/// Finds the fields of JSON files and their types from samples.
struct JSONSampler {
    private static let rowLimit = 1000
    private static let byteLimit = 4 << 20
    private static let probeSize = 1 << 16

    let context: ReadContext
    let isLines: Bool
    let files: [String]
    private var names: [String] = []
    private var evidence: [[UInt8]: JSONEvidence] = [:]
    private var bytesLeft = Self.byteLimit

    init(_ context: ReadContext, isLines: Bool, files: [String]) {
        self.context = context
        self.isLines = isLines
        self.files = files
    }

    /// The fields in order of first appearance; all are nullable.
    mutating func schema() throws(Diagnostic) -> Schema {
        for path in files where bytesLeft > 0 { try sample(path) }
        guard !names.isEmpty else {
            throw context.problem(
                .noColumns, "no fields to read: \(files.count == 1 ? "'\(files[0])' has" : "the files have") no objects"
            )
        }
        return Schema(names.map { Field($0, evidence[Array($0.utf8)]?.shape.type ?? .any) })
    }

    private mutating func sample(_ path: String) throws(Diagnostic) {
        guard isLines else {
            let array = try JSONArrayReader(path: path, context: context, blockSize: Self.probeSize)
            var rows = 0
            while rows < Self.rowLimit, let block = try array.next() {
                rows += try collect(block, path, isWhole: true, limit: Self.rowLimit - rows)
            }
            return
        }
        let pool = BlockPool(blockSize: Self.probeSize * 2)
        var blocks = try BlockReader(path: path, boundary: LineBoundary(), context: context, pool: pool)
        var rows = 0
        while rows < Self.rowLimit, bytesLeft > 0, let block = try blocks.next() {
            block.skipByteOrderMark()
            rows += try collect(block, path, isWhole: true, limit: Self.rowLimit - rows)
        }
        if !blocks.file.isCompressed { try probe(blocks.file) }
    }

    /// Looks at places spread over a large file.
    private mutating func probe(_ file: InputFile) throws(Diagnostic) {
        guard let status = try? FileSystem.status(of: file.path), status.sizeInBytes > 4 * Self.probeSize else {
            return
        }
        let count = max(0, min(8, bytesLeft / Self.probeSize))
        for number in 1..<(count + 1) {
            let offset = (status.sizeInBytes - Int64(Self.probeSize)) * Int64(number) / Int64(count)
            let block = Block(capacity: Self.probeSize)
            block.end = try file.read(into: block.memory, count: Self.probeSize, at: offset)
            while block.start < block.end, block.memory[block.start] != UInt8(ascii: "\n") { block.start += 1 }
            _ = try collect(block, file.path, isWhole: false, limit: .max)
        }
    }

    /// Adds the values of objects. Returns their number. A block that is not whole may end within one.
    private mutating func collect(
        _ block: Block, _ path: String, isWhole: Bool, limit: Int
    ) throws(Diagnostic) -> Int {
        bytesLeft -= block.end
        if let place = block.firstInvalidUTF8() {
            guard isWhole else { return 0 }
            throw JSONProblem.diagnostic(
                .invalidUTF8, UTF8Validation.message(block.memory[place]), at: place, block, path, context)
        }
        var cursor = JSONCursor(base: block.memory, end: block.end, isLines: isLines, position: block.start)
        var rows = 0
        do throws(JSONFailure) {
            while rows < limit, try collectRow(&cursor) { rows += 1 }
        } catch {
            // The run meets the same problem and has the rest of the record to explain it.
            guard isWhole else { return rows }
            throw JSONProblem.diagnostic(.invalidJSON, error.message, at: error.position, block, path, context)
        }
        return rows
    }

    private mutating func collectRow(_ cursor: inout JSONCursor) throws(JSONFailure) -> Bool {
        cursor.skipBlanks()
        while cursor.position < cursor.end, cursor.byte == UInt8(ascii: isLines ? "\n" : ",") {
            cursor.position += 1
            cursor.skipBlanks()
        }
        guard cursor.position < cursor.end else { return false }
        guard cursor.byte == UInt8(ascii: "{") else { throw cursor.expected("an object") }
        var members: [(String, Value)] = []
        try cursor.members { (cursor, name) throws(JSONFailure) in
            members.append((name, try cursor.value(as: .any)))
        }
        cursor.skipBlanks()
        guard cursor.position >= cursor.end || cursor.byte == UInt8(ascii: isLines ? "\n" : ",") else {
            throw cursor.expected(isLines ? "the end of the line" : "','")
        }
        for (name, value) in members {
            let key = Array(name.utf8)
            if evidence[key] == nil {
                evidence[key] = JSONEvidence()
                names.append(name)
            }
            evidence[key]?.add(value)
        }
        return true
    }
}
