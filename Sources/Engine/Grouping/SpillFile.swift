import DataModel
import Diagnostics
import Platform

/// Grouped state on disk: written once, read from the start any number of times, gone with its object.
final class SpillFile {
    private static let blockRows = 8192

    let path: String
    private(set) var byteCount = 0

    /// Creates an empty file. Throws a diagnostic where the directory cannot be written.
    init(directory: String) throws {
        path = TemporaryName.beside(directory + "/beamstack-spill")
    }

    deinit { try? FileSystem.remove(path) }

    func write(keys: RowKeys, states: [[Column]]) throws {
        do {
            let file = try OpenFile(path, .createNew)
            let columns = states.flatMap { $0 }
            for start in stride(from: 0, to: keys.count, by: Self.blockRows) {
                let rows = start..<min(start + Self.blockRows, keys.count)
                let body = Buffer<UInt8>(capacity: rows.count * 32)
                for row in rows {
                    Self.append(keys, row: row, to: body)
                    for column in columns { BinaryCodec.append(column, row: row, to: body) }
                }
                let head = Buffer<UInt8>(capacity: 16)
                BinaryCodec.append(Int64(rows.count), to: head)
                BinaryCodec.append(Int64(body.count), to: head)
                try file.write(UnsafeRawBufferPointer(head.elements))
                try file.write(UnsafeRawBufferPointer(body.elements))
                byteCount += head.count + body.count
                withExtendedLifetime((head, body)) {}
            }
        } catch {
            throw Self.failure(error)
        }
    }

    private static func append(_ keys: RowKeys, row: Int, to body: Buffer<UInt8>) {
        BinaryCodec.append(Int64(bitPattern: keys.hashes[row]), to: body)
        let isNull = keys.validity.map { $0[row] == 0 } ?? false
        body.append(isNull ? 0 : 1)
        if isNull { return }
        switch keys.storage {
        case .int64(let values): BinaryCodec.append(values[row], to: body)
        case .bytes(let strings): BinaryCodec.append(strings[row], to: body)
        }
    }

    /// Gives the groups back in blocks, in the order in which they were written.
    func read(
        layout: KeyLayout, stateTypes: [[FieldType]], _ handle: (RowKeys, [[Column]]) throws -> Void
    ) throws {
        let file: OpenFile
        do { file = try OpenFile(path) } catch { throw Self.failure(error) }
        var offset: Int64 = 0
        while offset < byteCount {
            let head = try Self.bytes(of: file, at: offset, count: 16)
            var header = BinaryReader(head.elements)
            let (rows, size) = (Int(header.int64()), Int(header.int64()))
            let body = try Self.bytes(of: file, at: offset + 16, count: size)
            offset += Int64(16 + size)
            var reader = BinaryReader(body.elements)
            let (keys, states) = Self.block(&reader, rows: rows, layout: layout, stateTypes: stateTypes)
            withExtendedLifetime((head, body)) {}
            try handle(keys, states)
        }
    }

    private static func bytes(of file: OpenFile, at offset: Int64, count: Int) throws -> Buffer<UInt8> {
        let bytes = Buffer<UInt8>(uninitializedCount: count)
        do {
            guard try file.read(into: bytes.pointer, count: count, at: offset) == count else {
                throw Diagnostic(.spillFailed, "the temporary file '\(file.path)' ended early", at: nil)
            }
        } catch {
            throw failure(error)
        }
        return bytes
    }

    private static func block(
        _ reader: inout BinaryReader, rows: Int, layout: KeyLayout, stateTypes: [[FieldType]]
    ) -> (RowKeys, [[Column]]) {
        let hashes = Buffer<UInt64>(capacity: rows)
        let validity = Buffer<UInt8>(capacity: rows)
        let numbers = Buffer<Int64>()
        let texts = StringBuffer(offsets: Buffer([0]), bytes: Buffer())
        let isInt64 = if case .int64 = layout.form { true } else { false }
        var builders = stateTypes.map { $0.map { ColumnBuilder(type: $0, capacity: rows) } }
        for _ in 0..<rows {
            hashes.append(UInt64(bitPattern: reader.int64()))
            let isPresent = reader.byte()
            validity.append(isPresent)
            if isInt64 {
                numbers.append(isPresent == 1 ? reader.int64() : 0)
            } else {
                if isPresent == 1 {
                    let text = reader.text()
                    if let base = text.baseAddress { texts.bytes.append(base, count: text.count) }
                }
                texts.offsets.append(Int32(truncatingIfNeeded: texts.bytes.count))
            }
            for call in builders.indices {
                for state in builders[call].indices {
                    builders[call][state].append(reader.value(of: stateTypes[call][state]))
                }
            }
        }
        let states = builders.indices.map { call in builders[call].indices.map { builders[call][$0].finish() } }
        let keys = RowKeys(
            count: rows, storage: isInt64 ? .int64(numbers) : .bytes(texts), validity: validity, hashes: hashes)
        return (keys, states)
    }

    private static func failure(_ error: any Error) -> any Error {
        if let diagnostic = error as? Diagnostic { return diagnostic }
        return Diagnostic(
            .spillFailed, "grouped state could not be kept on disk: \(error)", at: nil,
            hint: "make room there, name another directory with TMPDIR, or raise '--memory'")
    }
}
