import DataModel
import Diagnostics
import Engine
import Planning
import Platform
import Testing

@testable import Connectors

/// Broken CSV files: every problem names file and line, and has its place in the pipeline.
struct CSVProblemTests {
    @Test(arguments: [
        ("a,b\n1,2\n3,4,5\n", "ragged-row", "line 3: the row has 3 fields, the header 2"),
        ("a,b\n\"1\",2\n3,4,5\n", "ragged-row", "line 3: the row has 3 fields, the header 2"),
        ("a,b\n1,2\n\"3,4\n5,6\n", "unclosed-quote", "line 3: a quote opens here and is never closed"),
        ("a,\"b\n1,2\n", "unclosed-quote", "line 1: a quote opens here and is never closed"),
        ("", "no-columns", "no columns to parse"),
        ("\n\n", "no-columns", "no columns to parse"),
    ])
    func problems(_ text: String, _ code: String, _ message: String) throws {
        for blockSize in [16, 1 << 20] {
            let found = problem { _ = try readCSV(text, blockSize: blockSize) }
            #expect(found?.code.id == code)
            #expect(found?.message.contains(message) == true, "\(found?.message ?? "none")")
            #expect(found?.range == pathRange)
        }
    }

    @Test func invalidText() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("a.csv", Array("a,b\n1,x\n2,".utf8) + [0xE9, 0x0A])
        let found = problem { _ = try readTable(readOperation(.csv(CSVOptions()), file)) }
        #expect(found?.code.id == "invalid-utf8")
        #expect(found?.message == "'\(file)' line 3: byte 0xE9 in column 2 is not UTF-8")
    }

    @Test func fixedTypes() throws {
        var options = CSVOptions()
        options.types = ["a": .int64]
        let found = problem { _ = try readCSV("a\n1\nx\n", options: options) }
        #expect(found?.code.id == "value-outside-type")
        #expect(found?.message.contains("line 3: 'x' in column 'a' is not int64?") == true)
    }

    @Test func otherColumns() throws {
        let directory = try TemporaryDirectory()
        try directory.write("1.csv", "a\n1\n")
        try directory.write("2.csv", "a,b\n1,2\n")
        let found = problem { _ = try readTable(readOperation(.csv(CSVOptions()), "\(directory.path)/*.csv")) }
        #expect(found?.code.id == "inconsistent-columns")
        #expect(found?.message.contains("2.csv' has a column 'b' that '\(directory.path)/1.csv' does not have") == true)
    }
}
