import DataModel
import Diagnostics
import Engine
import Planning
import Platform
import Testing

@testable import Connectors

/// What CSV texts are read as. Expectations are pandas' unless they say otherwise.
struct CSVReaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let schema: String
        let rows: [String]
        var testDescription: String { name }

        init(_ name: String, _ text: String, _ schema: String, _ rows: [String]) {
            (self.name, self.text, self.schema, self.rows) = (name, text, schema, rows)
        }
    }

    static let cases = [
        Case(
            "types", "a,b,c,d\n1,1.5,x,True\n-2,2,y,false\n", "a: int64?, b: double?, c: string?, d: boolean?",
            [#"[1,1.5,"x",true]"#, #"[-2,2.0,"y",false]"#]),
        Case(
            "nulls", "a,b,c\n1,NA,null\n,2.5,\n3,nan,x\n", "a: int64?, b: double?, c: string?",
            ["[1,null,null]", "[null,2.5,null]", #"[3,null,"x"]"#]),
        Case("quoted empty is null", "a,b\n\"\",x\n", "a: string?, b: string?", [#"[null,"x"]"#]),
        Case("all null is text", "a\nNA\nNULL\n", "a: string?", ["[null]", "[null]"]),
        Case(
            "quotes", "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\",z\n", "a: string?, b: string?",
            [#"["x,y","say \"hi\""]"#, #"["two\nlines","z"]"#]),
        Case(
            "quote within a field", "a,b\n5\" pipe,1\n6\"\" pipe,2\n", "a: string?, b: int64?",
            [#"["5\" pipe",1]"#, #"["6\"\" pipe",2]"#]),
        Case("text behind a quote", "a\n\"x\"y\n", "a: string?", [#"["xy"]"#]),
        Case("quoted numbers are numbers", "a\n\"1\"\n\"2\"\n", "a: int64?", ["[1]", "[2]"]),
        Case("carriage returns", "a,b\r\n1,x\r\n2,y\r\n", "a: int64?, b: string?", [#"[1,"x"]"#, #"[2,"y"]"#]),
        Case("carriage return behind a quote", "a,b\r\n1,\"x\"\r\n", "a: int64?, b: string?", [#"[1,"x"]"#]),
        Case("no newline at the end", "a\n1\n2", "a: int64?", ["[1]", "[2]"]),
        Case("blank lines", "\na,b\n\n1,2\n  \n3,4\n\n", "a: int64?, b: int64?", ["[1,2]", "[3,4]"]),
        Case("blank lines of one column", "a\n1\n\n2\n", "a: int64?", ["[1]", "[2]"]),
        Case(
            "short rows", "a,b,c\n1\n1,2\n1,2,3\n", "a: int64?, b: int64?, c: int64?",
            ["[1,null,null]", "[1,2,null]", "[1,2,3]"]),
        Case("byte order mark", "\u{FEFF}a,b\n1,2\n", "a: int64?, b: int64?", ["[1,2]"]),
        Case("header kept verbatim", " a ,\"b,c\"\n1,2\n", " a : int64?, b,c: int64?", ["[1,2]"]),
        Case("double names", "a,a,a\n1,2,3\n", "a: int64?, a.1: int64?, a.2: int64?", ["[1,2,3]"]),
        Case("zeros in front", "a\n007\n", "a: int64?", ["[7]"]),
        Case("blanks around numbers", "a,b\n 7, 1.5 \n", "a: int64?, b: double?", ["[7,1.5]"]),
        Case("plus", "a\n+7\n", "a: int64?", ["[7]"]),
        Case(
            "integers at the edge", "a\n9223372036854775807\n-9223372036854775808\n", "a: int64?",
            ["[9223372036854775807]", "[-9223372036854775808]"]),
        Case(
            "integers beyond 64 bits are text", "a\n9223372036854775808\n1\n", "a: string?",
            [#"["9223372036854775808"]"#, #"["1"]"#]),
        Case(
            "integers that doubles cannot hold are text beside doubles", "a\n9007199254740993\n0.5\n", "a: string?",
            [#"["9007199254740993"]"#, #"["0.5"]"#]),
        Case("exponents", "a\n1e3\n-2.5E-2\n.5\n5.\n", "a: double?", ["[1000.0]", "[-0.025]", "[0.5]", "[5.0]"]),
        Case("infinity", "a\ninf\n1.5\n", "a: double?", ["[Infinity]", "[1.5]"]),
        Case("booleans among numbers are text", "a\nTrue\n1\n", "a: string?", [#"["True"]"#, #"["1"]"#]),
        Case("booleans with null", "a\nTrue\n\"\"\nFALSE\n", "a: boolean?", ["[true]", "[null]", "[false]"]),
        Case("dates are text", "a\n2024-01-02\n", "a: string?", [#"["2024-01-02"]"#]),
        Case("not ASCII", "naïve,b\nżółć,日本\n", "naïve: string?, b: string?", [#"["żółć","日本"]"#]),
        Case(
            "signs and many digits", "a,b\n-12345678,-1.5\n1700000000,-12345.678901\n-1700000000123,0.1234567890123\n",
            "a: int64?, b: double?",
            ["[-12345678,-1.5]", "[1700000000,-12345.678901]", "[-1700000000123,0.1234567890123]"]),
        Case("header only", "a,b\n", "a: string?, b: string?", []),
    ]

    @Test(arguments: cases)
    func reads(_ example: Case) throws {
        let table = try readCSV(example.text)
        #expect(table.schema.description == example.schema)
        #expect(table.rows == example.rows)
    }

    /// Where blocks end must not show.
    @Test(arguments: cases)
    func readsInSmallBlocks(_ example: Case) throws {
        for blockSize in [16, 17, 23, 64] {
            let table = try readCSV(example.text, blockSize: blockSize)
            #expect(table.rows == example.rows, "blocks of \(blockSize)")
        }
    }

    @Test func options() throws {
        var tabs = CSVOptions()
        tabs.delimiter = UInt8(ascii: "\t")
        #expect(try readCSV("a\tb\n1,5\t2\n", options: tabs).rows == [#"["1,5",2]"#])

        var comments = CSVOptions()
        comments.comment = UInt8(ascii: "#")
        for blockSize in [16, 1 << 20] {
            let text = "# \"a note\na,b\n1,2 # three\n#4,5\n\"6#\",7\n"
            #expect(try readCSV(text, options: comments, blockSize: blockSize).rows == [#"["1",2]"#, #"["6#",7]"#])
        }

        var names = CSVOptions()
        names.names = ["x", "y"]
        #expect(try readCSV("a,b\n1,2\n", options: names).schema.names == ["x", "y"])
        names.hasHeader = false
        #expect(try readCSV("1,2\n", options: names).rows == ["[1,2]"])

        var types = CSVOptions()
        types.types = ["zip": .string]
        #expect(try readCSV("zip,n\n00123,1\n", options: types).rows == [#"["00123",1]"#])
    }

    @Test func unusedColumnsAreAbsent() throws {
        let directory = try TemporaryDirectory()
        let read = readOperation(.csv(CSVOptions()), try directory.write("a.csv", "a,b,c\n1,2,x\n3,4,y\n"))
        let schema = try FileInspector().schema(of: read)
        let reader = try LocalConnectors().reader(for: read, schema: schema, neededFields: [1])
        let batch = try #require(try reader.next()).parse()
        #expect(batch.count == 2)
        #expect(batch.columns.map { if case .absent = $0.data { true } else { false } } == [true, false, true])
    }

    @Test func severalFiles() throws {
        let directory = try TemporaryDirectory()
        try directory.write("1.csv", "a,b\n1,x\n")
        try directory.write("2.csv", "")
        try directory.write("3.csv", "b,a\ny,2.5\n")
        try directory.write("4.csv", "a\n4\n")
        var options = CSVOptions()
        options.filenameColumn = "file"
        let table = try readTable(readOperation(.csv(options), "\(directory.path)/?.csv"))
        #expect(table.schema.description == "a: double?, b: string?, file: string")
        #expect(
            table.rows == [
                #"[1.0,"x","\#(directory.path)/1.csv"]"#, #"[2.5,"y","\#(directory.path)/3.csv"]"#,
                #"[4.0,null,"\#(directory.path)/4.csv"]"#,
            ])
    }

    /// The sample is the beginning; later values widen the types, and nothing is lost.
    @Test func widensWhereTheSampleWasNotEnough() throws {
        let ones = String(repeating: "1,1,true\n", count: 200_000)
        let table = try readCSV("a,b,c\n\(ones)x,0.5,7\n")
        #expect(table.schema.description == "a: string?, b: double?, c: string?")
        #expect(table.rows.count == 200_001)
        #expect(table.rows.first == #"["1",1.0,"true"]"#)
        #expect(table.rows.last == #"["x",0.5,"7"]"#)
    }

    @Test func prescanFindsAllTypes() throws {
        let directory = try TemporaryDirectory()
        let text = "a,b\n" + String(repeating: "1,1\n", count: 300_000) + "0.5,x\n"
        let read = readOperation(.csv(CSVOptions()), try directory.write("a.csv", text))
        let inspector = FileInspector(blockSize: 1 << 14)
        try inspector.prescan(read)
        #expect(try inspector.schema(of: read).description == "a: double?, b: string?")
    }

    @Test func manyShapes() throws {
        // Rows longer than a vector, wide tables, and more rows than an index holds.
        let wide = (0..<300).map { "c\($0)" }.joined(separator: ",")
        let row = (0..<300).map(String.init).joined(separator: ",")
        let table = try readCSV("\(wide)\n" + String(repeating: row + "\n", count: 50), blockSize: 4096)
        #expect(table.rows.count == 50)
        #expect(table.rows.allSatisfy { $0 == "[\(row)]" })
        let long = String(repeating: "x", count: 5000)
        #expect(try readCSV("a,b\n\(long),1\n", blockSize: 64).rows == ["[\"\(long)\",1]"])
    }
}
