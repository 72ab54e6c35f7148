import DataModel
import Diagnostics
import Engine
import Foundation
import Planning
import Platform
import Testing

@testable import Connectors

struct CSVEncoderTests {
    @Test func forms() throws {
        let schema = Schema([
            Field("i", .int64.nullable), Field("d", .double), Field("b", .boolean), Field("s", .string.nullable),
            Field("l", .list(.int64)), Field("t", .timestamp),
        ])
        let rows = batch(
            schema,
            [
                [.int(-5), .double(1), .boolean(true), .string("a,b"), .list([.int(1), .int(2)]), .timestamp(0)],
                [.null, .double(0.1), .boolean(false), .null, .list([]), .timestamp(1_500_000)],
                [.int(.min), .double(1e300), .boolean(true), .string("say \"x\"\n"), .list([.int(7)]), .timestamp(-1)],
            ])
        let directory = try TemporaryDirectory()
        try writeFiles(
            [rows], schema: schema,
            WriteOperation(format: .csv(CSVOptions()), path: "\(directory.path)/out.csv", range: nil))
        #expect(
            try directory.text("out.csv-00000-of-00001") == """
                i,d,b,s,l,t
                -5,1.0,True,"a,b","[1,2]",1970-01-01T00:00:00Z
                ,0.1,False,,[],1970-01-01T00:00:01.500000Z
                -9223372036854775808,1e+300,True,"say ""x""
                ",[7],1969-12-31T23:59:59.999999Z

                """)
    }

    @Test func emptyLinesAreQuoted() throws {
        let schema = Schema([Field("s", .string.nullable)])
        let directory = try TemporaryDirectory()
        try writeFiles(
            [batch(schema, [[.null], [.string("")], [.string("x")]])], schema: schema,
            WriteOperation(format: .csv(CSVOptions()), path: "\(directory.path)/out", range: nil))
        #expect(try directory.text("out-00000-of-00001") == "s\n\"\"\n\"\"\nx\n")
    }

    /// Python's csv module and float read back what was written, and Python would write the same.
    @Test func agreesWithPython() throws {
        var random = SystemRandomNumberGenerator()
        let pieces = ["a", ",", "\"", "\n", "\r\n", " ", "é", "日", "'", ";", "0", "x\ty", ""]
        let schema = Schema([Field("s", .string), Field("d", .double), Field("t", .string), Field("i", .int64)])
        var rows: [[Value]] = []
        for number in 0..<500 {
            let texts = (0..<2).map { _ in
                "z" + (0..<Int.random(in: 0..<6)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            }
            let double: Double =
                switch number % 5 {
                case 0: Double(bitPattern: .random(in: 0...(.max)))
                case 1: (Double.random(in: -1000...1000) * 100).rounded() / 100
                case 2: Double(Int.random(in: -1_000_000...1_000_000))
                case 3: Double.random(in: 0...1) * 1e-4
                default: Double.random(in: -1e6...1e6) * (Bool.random() ? 19 : 1)
                }
            rows.append([
                .string(texts[0]), .double(double.isFinite ? double : 0.5), .string(texts[1]),
                .int(Int64(truncatingIfNeeded: Int.random(in: .min ... .max)) >> Int64.random(in: 0..<64)),
            ])
        }
        let directory = try TemporaryDirectory()
        let paths = try writeFiles(
            [batch(schema, rows)], schema: schema,
            WriteOperation(format: .csv(CSVOptions()), path: "\(directory.path)/out.csv", range: nil))
        let rewritten = try python(
            """
            import csv, sys, io
            rows = list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))
            out = io.StringIO()
            w = csv.writer(out, lineterminator='\\n')
            w.writerow(rows[0])
            for s, d, t, i in rows[1:]: w.writerow([s, repr(float(d)), t, int(i)])
            sys.stdout.buffer.write(out.getvalue().encode())
            """, paths)
        #expect(try directory.text("out.csv-00000-of-00001") == rewritten)
        // And reading gives the rows back, whatever the blocks.
        for blockSize in [16, 100, 1 << 20] {
            let table = try readTable(readOperation(.csv(CSVOptions()), paths[0]), blockSize: blockSize)
            let expected = rows.map { row in
                let out = Buffer<UInt8>()
                JSONWriter.append(.list(row), to: out)
                return String(decoding: out.elements, as: UTF8.self)
            }
            #expect(table.rows == expected)
        }
    }
}
