import DataModel
import Diagnostics
import Planning
import Platform
import Testing

@testable import Connectors

/// Zstandard beside gzip: by the name when writing, by the first bytes when reading.
struct CompressionTests {
    private let schema = Schema([Field("v", .int64)])
    /// What `printf 'a\nbb\n' | zstd` writes.
    private let ofTheTool: [UInt8] = [
        0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58, 0x29, 0x00, 0x00, 0x61, 0x0A, 0x62, 0x62, 0x0A, 0x6A, 0x59, 0x11, 0xCD,
    ]

    private func lines(_ bytes: [UInt8], blockSize: Int = 1 << 20) throws -> [String] {
        let directory = try TemporaryDirectory()
        return try readTable(readOperation(.text, try directory.write("a", bytes)), blockSize: blockSize).rows
    }

    private func refusal(_ bytes: [UInt8]) -> Diagnostic? { problem { _ = try lines(bytes) } }

    /// Rows as a write with a name that ends with `.zst` leaves them.
    private func written(_ count: Int64) throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let rows = batch(schema, (0..<count).map { [.int($0 &* 7_919)] })
        let paths = try writeFiles(
            [rows, rows], schema: schema,
            WriteOperation(format: .text, path: "\(directory.path)/x.zst", range: pathRange))
        #expect(paths == ["\(directory.path)/x.zst-00000-of-00001"])
        return try OpenFile.contents(of: paths[0])
    }

    @Test func filesOfTheTool() throws {
        #expect(try lines(ofTheTool) == [#"["a"]"#, #"["bb"]"#])
        // Frames follow one another, and some hold no data.
        let empty: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
        let several = empty + ofTheTool + empty + ofTheTool
        #expect(try lines(several, blockSize: 3) == [#"["a"]"#, #"["bb"]"#, #"["a"]"#, #"["bb"]"#])
    }

    @Test func roundTrip() throws {
        let bytes = try written(100_000)
        #expect(bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]))
        let all = try lines(bytes)
        #expect(all.count == 200_000)
        #expect(all[99_999] == #"["791892081"]"#)
        #expect(try lines(try written(500) + written(500), blockSize: 50).count == 2000)
        #expect(try lines(try written(0)).isEmpty)
    }

    @Test func damagedFiles() throws {
        let bytes = try written(5000)
        for cut in [5, bytes.count / 2, bytes.count - 1] {
            let found = refusal(Array(bytes.prefix(cut)))
            #expect(found?.code.id == "damaged-file")
            #expect(found?.range == pathRange)
        }
        var wrong = bytes
        wrong[bytes.count / 2] ^= 0x10
        #expect(refusal(wrong)?.code.id == "damaged-file")
        #expect(refusal(bytes + [1, 2, 3, 4])?.code.id == "damaged-file")
    }

    @Test func everyFormatReadsIt() throws {
        let directory = try TemporaryDirectory()
        let rows = batch(schema, (0..<10).map { [.int($0)] })
        for (name, format) in [("c.csv.zst", FileFormat.csv(CSVOptions())), ("j.json.zst", .json(JSONOptions()))] {
            let paths = try writeFiles(
                [rows], schema: schema,
                WriteOperation(format: format, path: "\(directory.path)/\(name)", range: pathRange))
            let table = try readTable(readOperation(format, paths[0]))
            #expect(table.schema.names == ["v"])
            #expect(table.rows == (0..<10).map { "[\($0)]" })
        }
    }
}
