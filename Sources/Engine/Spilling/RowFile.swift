import DataModel
import Diagnostics
import Platform

/// Rows on disk: appended to, then read from the start any number of times, gone with its object.
final class RowFile: @unchecked Sendable {  // written by one thread at a time; read only once finished
    private static let blockBytes = 1 << 18

    private let file: OpenFile
    private var block = Buffer<UInt8>()
    private var blockRows = 0
    /// Where each block stands and what it holds, in order.
    private var blocks: [(offset: Int, bytes: Int, rows: Int)] = []
    private var writtenBytes = 0
    private var source: OpenFile?

    /// Creates an empty file. Throws a diagnostic where the directory cannot be written.
    init(directory: String) throws {
        let path = TemporaryName.beside(directory + "/beamstack-spill")
        do { file = try OpenFile(path, .createNew) } catch { throw Self.failure(error) }
    }

    deinit { try? FileSystem.remove(file.path) }

    var byteCount: Int { writtenBytes + block.count }

    /// Appends some rows of columns; `rows` are their numbers, `nil` for all.
    func append(_ columns: [Column], rows: UnsafeBufferPointer<Int32>? = nil) throws {
        for index in 0..<(rows?.count ?? columns.first?.count ?? 0) {
            let row = rows.map { Int($0[index]) } ?? index
            for column in columns { BinaryCodec.append(column, row: row, to: block) }
            blockRows += 1
            if block.count >= Self.blockBytes { try flush() }
        }
    }

    private func flush() throws {
        guard blockRows > 0 else { return }
        do { try file.write(UnsafeRawBufferPointer(block.elements)) } catch { throw Self.failure(error) }
        blocks.append((writtenBytes, block.count, blockRows))
        writtenBytes += block.count
        block.count = 0
        blockRows = 0
    }

    /// Completes the file: rows can be read from now on. Returns the number of blocks.
    func finish() throws -> Int {
        try flush()
        // Many files may wait to be read: none of them needs its block any more.
        block = Buffer()
        if source == nil {
            do { source = try OpenFile(file.path) } catch { throw Self.failure(error) }
        }
        return blocks.count
    }

    /// Gives the rows back, block by block in the order in which they were appended.
    func read(types: [FieldType], _ handle: ([Column], _ count: Int) throws -> Void) throws {
        for index in 0..<(try finish()) {
            let (columns, count) = try block(index, types: types)
            try handle(columns, count)
        }
    }

    /// The rows of one block; several threads may read at once.
    func block(_ index: Int, types: [FieldType]) throws -> (columns: [Column], count: Int) {
        let (offset, size, rows) = blocks[index]
        let bytes = Buffer<UInt8>(uninitializedCount: size)
        do {
            guard try source?.read(into: bytes.pointer, count: size, at: Int64(offset)) == size else {
                throw Diagnostic(.spillFailed, "the temporary file '\(file.path)' ended early", at: nil)
            }
        } catch { throw Self.failure(error) }
        var builders = types.map { ColumnBuilder(type: $0.nullable, capacity: rows) }
        var reader = BinaryReader(bytes.elements)
        for _ in 0..<rows {
            for index in types.indices { builders[index].append(reader.value(of: types[index])) }
        }
        withExtendedLifetime(bytes) {}
        return (builders.indices.map { builders[$0].finish() }, rows)
    }

    private static func failure(_ error: any Error) -> any Error {
        if let diagnostic = error as? Diagnostic { return diagnostic }
        return Diagnostic(
            .spillFailed, "state could not be kept on disk: \(error)", at: nil,
            hint: "make room there, name another directory with TMPDIR, or raise '--memory'")
    }
}
