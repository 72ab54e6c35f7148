import DataModel
import Diagnostics
import Engine
import Foundation
import Planning
import Platform

@testable import Connectors

/// A directory that goes when the test ends.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = "\(FileManager.default.temporaryDirectory.path)/beamstack-\(UUID().uuidString)"
        try FileSystem.createDirectories(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let file = "\(path)/\(name)"
        try FileSystem.createDirectories(Path.directory(of: file))
        try OpenFile.write(Array(bytes), to: file)
        return file
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, text.utf8) }

    func text(_ name: String) throws -> String {
        String(decoding: try OpenFile.contents(of: "\(path)/\(name)"), as: UTF8.self)
    }

    var names: [String] { (try? FileSystem.names(in: path)) ?? [] }
}

/// The place that diagnostics of these reads must have.
let pathRange = SourceRange(file: SourceFile(path: "p.yaml", text: "path: x"), start: 6, end: 7)

func readOperation(_ format: FileFormat, _ pattern: String, _ compression: FileCompression = .automatic)
    -> ReadOperation
{
    ReadOperation(format: format, pattern: pattern, range: pathRange, compression: compression)
}

struct Table {
    let schema: Schema
    /// Each row as compact JSON of its values.
    let rows: [String]
}

/// Reads all of a source as a run does: plans again with wider types until every value fits.
func readTable(
    _ read: ReadOperation, blockSize: Int = 1 << 20, inspector: FileInspector = FileInspector()
) throws -> Table {
    for _ in 0..<100 {
        let schema = try inspector.schema(of: read)
        let reader = try LocalConnectors(blockSize: blockSize).reader(
            for: read, schema: schema, neededFields: Set(schema.fields.indices))
        var rows: [String] = []
        do {
            while let morsel = try reader.next() {
                let batch = try morsel.parse()
                for row in 0..<batch.count {
                    let out = Buffer<UInt8>()
                    JSONWriter.append(.list(batch.columns.map { $0.value(at: row) }), to: out)
                    rows.append(String(decoding: out.elements, as: UTF8.self))
                }
            }
            return Table(schema: schema, rows: rows)
        } catch let drift as SchemaDrift {
            inspector.widen(drift)
        }
    }
    throw SystemError(code: 0, operation: "settle the types")
}

func readCSV(
    _ text: String, options: CSVOptions = CSVOptions(), blockSize: Int = 1 << 20
) throws -> Table {
    let directory = try TemporaryDirectory()
    return try readTable(readOperation(.csv(options), try directory.write("a.csv", text)), blockSize: blockSize)
}

/// The problem of reading a file, which must have a place in the pipeline.
func problem(_ body: () throws -> Void) -> Diagnostic? {
    do {
        try body()
        return nil
    } catch {
        return error as? Diagnostic
    }
}

/// Writes batches and commits. Returns the paths.
@discardableResult
func writeFiles(
    _ batches: [Batch], schema: Schema, _ write: WriteOperation, windowing: Windowing = .global
) throws -> [String] {
    let writer = try LocalConnectors().writer(for: write, schema: schema, windowing: windowing)
    for batch in batches { try writer.write(try writer.encode(batch)) }
    _ = try writer.prepare()
    return try writer.commit()
}

func batch(_ schema: Schema, _ rows: [[Value]], timestamps: [Int64]? = nil) -> Batch {
    Batch(
        schema: schema,
        columns: schema.fields.enumerated().map { index, field in Column(rows.map { $0[index] }, type: field.type) },
        count: rows.count, timestamps: timestamps.map { Buffer($0) })
}

/// Runs a Python program with arguments; gives what it prints.
func python(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
}
