import DataModel
import Diagnostics
import Engine
import Planning
import Platform
import Testing

@testable import Connectors

struct TextAndTFRecordTests {
    @Test(arguments: [
        ("a\nb\n", ["a", "b"]), ("a\nb", ["a", "b"]), ("", []), ("\n", [""]), ("a\r\n\r\nb\r\n", ["a", "", "b"]),
        ("a\rb\n", ["a\rb"]), (String(repeating: "x", count: 300) + "\ny", [String(repeating: "x", count: 300), "y"]),
    ])
    func lines(_ text: String, _ lines: [String]) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("a.txt", text)
        for blockSize in [16, 1 << 20] {
            let table = try readTable(readOperation(.text, file), blockSize: blockSize)
            let expected = lines.map { line in
                let out = Buffer<UInt8>()
                JSONWriter.append(.list([.string(line)]), to: out)
                return String(decoding: out.elements, as: UTF8.self)
            }
            #expect(table.rows == expected)
        }
    }

    @Test func writesAsPythonPrints() throws {
        let schema = Schema([Field("v", .any)])
        let directory = try TemporaryDirectory()
        try writeFiles(
            [batch(schema, [[.null], [.boolean(true)], [.double(1)], [.int(3)], [.string("x, y")]])], schema: schema,
            WriteOperation(format: .text, path: "\(directory.path)/out", range: nil))
        #expect(try directory.text("out-00000-of-00001") == "None\nTrue\n1.0\n3\nx, y\n")
        let two = Schema([Field("a", .int64), Field("b", .int64)])
        let found = problem {
            try writeFiles(
                [batch(two, [[.int(1), .int(2)]])], schema: two,
                WriteOperation(format: .text, path: "\(directory.path)/two", range: pathRange))
        }
        #expect(found?.message == "a text file has one field a row, not 2")
    }

    /// Published values: RFC 3720 B.4.
    @Test func checksums() {
        func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBufferPointer { CRC32C.checksum($0) } }
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(checksum(Array(0..<32)) == 0x46DD_794E)
        #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
    }

    @Test func records() throws {
        let schema = Schema([Field("record", .bytes)])
        let rows = (0..<100).map { [Value.bytes([UInt8](repeating: UInt8($0), count: $0 * 3))] }
        let directory = try TemporaryDirectory()
        for suffix in [".tfrecords", ".tfrecords.gz"] {
            let paths = try writeFiles(
                [batch(schema, rows)], schema: schema,
                WriteOperation(
                    format: .tfrecord(validatesChecksums: true), path: "\(directory.path)/t", range: nil,
                    fileNameSuffix: suffix))
            #expect(paths == ["\(directory.path)/t-00000-of-00001\(suffix)"])
            for blockSize in [16, 1 << 20] {
                let table = try readTable(
                    readOperation(.tfrecord(validatesChecksums: true), paths[0]), blockSize: blockSize)
                #expect(table.rows.count == 100)
                let out = Buffer<UInt8>()
                JSONWriter.append(.list(rows[99]), to: out)
                #expect(table.rows.last == String(decoding: out.elements, as: UTF8.self))
            }
        }
    }

    @Test func damagedRecords() throws {
        let schema = Schema([Field("record", .bytes)])
        let directory = try TemporaryDirectory()
        let write = WriteOperation(
            format: .tfrecord(validatesChecksums: true), path: "\(directory.path)/t", range: nil)
        try writeFiles([batch(schema, [[.bytes([1, 2, 3])]])], schema: schema, write)
        let bytes = try OpenFile.contents(of: "\(directory.path)/t-00000-of-00001")
        for index in bytes.indices {
            var broken = bytes
            broken[index] ^= 0x10
            let file = try directory.write("broken", broken)
            let found = problem {
                _ = try readTable(readOperation(.tfrecord(validatesChecksums: true), file))
            }
            #expect(found?.code.id == "damaged-tfrecord", "byte \(index)")
            #expect(found?.range == pathRange)
        }
        let cut = try directory.write("cut", bytes.dropLast())
        #expect(
            problem { _ = try readTable(readOperation(.tfrecord(validatesChecksums: false), cut)) }?.message
                == "'\(cut)' byte 0: the file ends within a record")
    }
}
