import DataModel
import Diagnostics
import Engine
import Planning
import Platform
import Testing

@testable import Connectors

/// Names, shards, windows, and that files appear whole or not at all.
struct FileWriterTests {
    private let schema = Schema([Field("v", .int64)])
    private let minute: Int64 = 60_000_000

    private func write(_ directory: TemporaryDirectory, _ name: String, shards: Int = 1, _ format: FileFormat = .text)
        -> WriteOperation
    {
        WriteOperation(format: format, path: "\(directory.path)/\(name)", range: pathRange, shardCount: shards)
    }

    @Test func emptyInput() throws {
        let directory = try TemporaryDirectory()
        try writeFiles([], schema: schema, write(directory, "t.txt"))
        try writeFiles([], schema: schema, write(directory, "sub/c.csv", .csv(CSVOptions())))
        try writeFiles([], schema: schema, write(directory, "j.json", .json(JSONOptions())))
        #expect(try directory.text("t.txt-00000-of-00001") == "")
        #expect(try directory.text("sub/c.csv-00000-of-00001") == "v\n")
        #expect(try directory.text("j.json-00000-of-00001") == "")
    }

    @Test func shards() throws {
        let directory = try TemporaryDirectory()
        let rows = batch(schema, (0..<7).map { [.int($0)] })
        try writeFiles([rows, rows], schema: schema, write(directory, "s", shards: 3))
        #expect(directory.names == ["s-00000-of-00003", "s-00001-of-00003", "s-00002-of-00003"])
        #expect(try directory.text("s-00000-of-00003") == "0\n1\n0\n1\n")
        #expect(try directory.text("s-00002-of-00003") == "4\n5\n6\n4\n5\n6\n")
    }

    private var bare: FileFormat {
        var options = CSVOptions()
        options.hasHeader = false
        return .csv(options)
    }

    @Test func windows() throws {
        let directory = try TemporaryDirectory()
        let rows = batch(schema, [[.int(1)], [.int(2)], [.int(3)]], timestamps: [0, minute, minute - 1])
        try writeFiles(
            [rows], schema: schema, write(directory, "w", bare), windowing: .fixed(size: minute, offset: 0))
        #expect(
            directory.names == [
                "w-1970-01-01T00:00:00-1970-01-01T00:01:00-00000-of-00001",
                "w-1970-01-01T00:01:00-1970-01-01T00:02:00-00000-of-00001",
            ])
        #expect(try directory.text(directory.names[0]) == "1\n3\n")

        let sliding = try TemporaryDirectory()
        try writeFiles(
            [rows], schema: schema, write(sliding, "w", bare),
            windowing: .sliding(size: 2 * minute, period: minute, offset: 0))
        #expect(
            sliding.names == [
                "w-1969-12-31T23:59:00-1970-01-01T00:01:00-00000-of-00001",
                "w-1970-01-01T00:00:00-1970-01-01T00:02:00-00000-of-00001",
                "w-1970-01-01T00:01:00-1970-01-01T00:03:00-00000-of-00001",
            ])
    }

    @Test func textHasOneSetOfFiles() throws {
        let directory = try TemporaryDirectory()
        try writeFiles(
            [batch(schema, [[.int(1)], [.int(2)]], timestamps: [0, minute])], schema: schema,
            write(directory, "t"), windowing: .fixed(size: minute, offset: 0))
        #expect(directory.names == ["t-00000-of-00001"])
    }

    /// More windows than files that may be open.
    @Test func manyWindows() throws {
        let directory = try TemporaryDirectory()
        let rows = batch(schema, (0..<600).map { [.int($0)] }, timestamps: (0..<600).map { $0 * minute })
        let paths = try writeFiles(
            [rows, rows], schema: schema, write(directory, "w", bare), windowing: .fixed(size: minute, offset: 0))
        #expect(paths.count == 600)
        #expect(try OpenFile.contents(of: paths[599]) == Array("599\n599\n".utf8))
    }

    @Test func nothingIsVisibleBeforeCommit() throws {
        let directory = try TemporaryDirectory()
        let writer = try LocalConnectors().writer(
            for: write(directory, "a"), schema: schema, windowing: .global)
        try writer.write(try writer.encode(batch(schema, [[.int(1)]])))
        _ = try writer.prepare()
        #expect(directory.names.allSatisfy { $0.hasPrefix(".") })
        #expect(try LocalConnectors().files(matching: "\(directory.path)/*").isEmpty)
        writer.abandon()
        #expect(directory.names.isEmpty)
    }

    @Test func gzip() throws {
        let directory = try TemporaryDirectory()
        let rows = batch(schema, (0..<1000).map { [.int($0)] })
        let paths = try writeFiles([rows, rows], schema: schema, write(directory, "x.gz"))
        #expect(paths == ["\(directory.path)/x.gz-00000-of-00001"])
        let text = try python("import gzip,sys; print(gzip.open(sys.argv[1],'rt').read(), end='')", paths)
        #expect(text.split(separator: "\n").count == 2000)
        // Several members, one after the other, and zeros behind them.
        let bytes = try OpenFile.contents(of: paths[0])
        let twice = try directory.write("twice", bytes + bytes + [0, 0])
        #expect(try readTable(readOperation(.text, twice), blockSize: 50).rows.count == 4000)
        let cut = try directory.write("cut", bytes.dropLast(20))
        #expect(problem { _ = try readTable(readOperation(.text, cut)) }?.code.id == "damaged-gzip")
    }

    @Test func unwritable() throws {
        let directory = try TemporaryDirectory()
        try directory.write("file", "x")
        let found = problem { try writeFiles([], schema: schema, write(directory, "file/out")) }
        #expect(found?.code.id == "unwritable-file")
        #expect(found?.range == pathRange)
        let store = WriteOperation(format: .text, path: "gs://bucket/out", range: pathRange)
        #expect(problem { try writeFiles([], schema: schema, store) }?.code.id == "unsupported-file-system")
    }
}
