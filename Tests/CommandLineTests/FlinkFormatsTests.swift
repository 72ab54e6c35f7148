import Deployment
import Foundation
import Testing
import Translation

/// Our formats and connector in a real Flink, which runs in the test's own Java process, beside the embedded engine.
@Suite(
    .serialized, .enabled(if: MachineJava.isThere, "there is no java"),
    .enabled(if: MachinePython.path != nil, "there is no python3"))
struct FlinkFormatsTests {
    private static let nasty = #"""
        i,x,b,s,"q""name",i
        1,1.5,True,plain,"a,b",7
        -2,1e-06,false,"multi
        line",  lead,8

        +3,100000000.0,TRUE,"d""q",#N/A,
         4 ,.5,,NULL,"",10
        5,-0.0,True,é😀,x"y"z,11
        \#u{20}\#u{20}
        9223372036854775807,1e22,False, NaN ,'single',12
        -9223372036854775808,123456789012345680000.0,,nan,tab\#u{9}here,13
        6,inf,true,back\slash,"cr\#r\#nlf",14
        7,2.2250738585072014e-308,true
        8,5.6843418860808015E-14,true,"","  ",15\#r
        9,5e-324,true,last,noeol,16
        """#

    private static let objects = #"""
        {"i": 1, "d": 1, "s": "a\u00e9\ud83d\ude00\n\"\\\/\u0001", "l": [1,2,null], "r": {"x": 1, "y": {"w": [1.5, null]}}, "e": []}

        {"d": -0.0, "i": -5, "r": null, "l": null, "s": null, "e": []}
        {"i": 9223372036854775807, "d": NaN}
        {"i": null, "d": -Infinity, "r": {"x": null}}
        {"d": 9007199254740992, "s": "", "r": {"x": 7, "y": {"w": []}}}
        {"d": 1.0E+5, "l": [], "r": {"x": 7, "y": null}}
        """#

    /// A step's name, how the pipeline reads it, its format and columns on Flink.
    private struct Case {
        let name: String
        let file: String
        let text: String
        let read: String
        let source: String
        let columns: String

        /// By format.
        var writers: [String: String] {
            let structured = ["csv": "WriteToCsv", "json": "WriteToJson"]
            return name == "lines" ? structured.merging(["text": "WriteToText"]) { $1 } : structured
        }
    }

    private static let cases = [
        Case(
            name: "nasty", file: "nasty.csv", text: nasty, read: "ReadFromCsv, config: {path: nasty.csv}",
            source: "'path'='${folder}/nas??.csv','format'='beam-csv'",
            columns: "`i` BIGINT,`x` DOUBLE,`b` BOOLEAN,`s` STRING,`q\"name` STRING,`i.1` BIGINT"),
        Case(
            name: "single", file: "single.csv", text: "a\n\n\"\"\n  \n\"  \"\nx\n",
            read: "ReadFromCsv, config: {path: single.csv}",
            source: "'path'='${folder}/{single,double}.csv','format'='beam-csv'", columns: "`a` STRING"),
        Case(
            name: "comments", file: "comments.csv",
            text: "# first\na;b;c#not;d\n1;\"x#y;z\";t # trailing\n# whole\n2;p\"q#r\";u\n",
            read: "ReadFromCsv, config: {path: comments.csv, delimiter: ';', comment: '#'}",
            source:
                "'paths'='[\"${folder}/comments.csv\"]','format'='beam-csv','beam-csv.delimiter'=';','beam-csv.comment'='#'",
            columns: "`a` BIGINT,`b` STRING,`c` STRING"),
        Case(
            name: "objects", file: "objects.json", text: objects, read: "ReadFromJson, config: {path: objects.json}",
            source: "'path'='${folder}/objects.json','format'='beam-json'",
            columns:
                "`i` BIGINT,`d` DOUBLE,`s` STRING,`l` ARRAY<BIGINT>,`r` ROW<`x` BIGINT,`y` ROW<`w` ARRAY<DOUBLE>>>,`e` ARRAY<STRING>"
        ),
        Case(
            name: "lines", file: "lines.txt", text: "\"a\n\nb\r\n \u{e9}",
            read: "ReadFromText, config: {path: lines.txt}",
            source: "'path'='${folder}/lines.txt','format'='beam-text'", columns: "`line` STRING"),
    ]

    @Test func filesAreReadAndWrittenAsHere() throws {
        let folder = try TemporaryFolder()
        var pipeline = "pipeline:\n  transforms:\n"
        var tables = "SET 'execution.runtime-mode' = 'batch';\n"
        var inserts = "EXECUTE STATEMENT SET BEGIN\n"
        for each in Self.cases {
            _ = try folder.write(each.file, each.text)
            pipeline += "    - {name: \(each.name), type: \(each.read)}\n"
            tables += "CREATE TEMPORARY TABLE \(each.name) (\(each.columns)) WITH ('connector'='beam-files',"
            tables += "\(each.source));\n"
            for (format, writer) in each.writers {
                let sink = "\(each.name)_\(format)"
                pipeline += "    - {name: \(sink), type: \(writer), input: \(each.name),"
                pipeline += " config: {path: here/\(sink)}}\n"
                tables += "CREATE TEMPORARY TABLE \(sink) (\(each.columns)) WITH ('connector'='filesystem',"
                tables += "'path'='${folder}/there/\(sink)','format'='beam-\(format)','sink.parallelism'='1');\n"
                inserts += "INSERT INTO \(sink) SELECT * FROM \(each.name);\n"
            }
        }
        let yaml = try folder.write("p.yaml", pipeline)
        let local = try Beamstack.run("run", "--quiet", yaml, in: folder.url)
        #expect(local.status == 0, "\(local.messages)")

        let messages = try Self.submit(tables + inserts + "END;", ["--set", "folder=\(folder.url.path)"], in: folder)
        #expect(messages == "")
        for each in Self.cases {
            for format in each.writers.keys {
                let sink = "\(each.name)_\(format)"
                let parts = try folder.names("there/\(sink)").filter { $0.hasPrefix("part-") }
                #expect(parts.count == 1, "\(sink)")
                let there = try parts.map { try folder.text("there/\(sink)/\($0)") }.joined()
                #expect(try there == folder.text("here/\(sink)-00000-of-00001"), "\(sink)")
            }
        }
    }

    @Test(arguments: [
        ("INSERT INTO x\nSELECT 1;", "line 1: Cannot find table '`default_catalog`.`default_database`.`x`'"),
        ("-- it's;\n/* ; */ SELECT ';';", "line 2: a query's rows go nowhere without INSERT INTO"),
        ("\nCREATE TEMPORARY VIEW v AS\n SELECT a\n FROM b;", "line 4: Object 'b' not found"),
        ("CREATE TEMPORARY VIEW v AS SELECT '${y}';", "line 1: there is no value for ${y}"),
        ("CREATE TEMPORARY VIEW v AS SELECT '${it}', '$${y}';", "the program has no INSERT"),
        ("SET 'a", "line 1: the quote ' is never closed"),
    ])
    func whatIsWrongWithAProgramIsOneLine(_ program: String, _ expected: String) throws {
        let folder = try TemporaryFolder()
        let messages = try Self.submit(program, ["--set", "it=it's"], in: folder)
        #expect(messages.split(separator: "\n").first?.contains("beamstack: \(expected)") == true, "\(messages)")
    }

    /// What our engine reads and Flink's parser would read otherwise is refused, and so is what neither can read.
    @Test(arguments: [
        ("a,b\n\"x\" ,1\n", "x.csv:2: there is more behind the quote"),
        ("a,b\n1,2\n\"x\"y,1\n", "x.csv:3: there is more behind the quote"),
        ("a,b\nm\rn,3\n", "x.csv:2: there is a carriage return"),
        ("a,b\n1,2\n3,4,5\n", "x.csv:3: the row has 3 fields, the header 2"),
        ("a,b\n\"1\n2\",3\nx,ten\n", "x.csv:4: 'ten' in column 'b' is not BIGINT"),
        ("b,c\n1,2\n", "x.csv: it has a column 'c'"),
    ])
    func whatIsReadOtherwiseIsAnError(_ text: String, _ expected: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("x.csv", text)
        let program = """
            SET 'execution.runtime-mode' = 'batch';
            SET 'restart-strategy.type' = 'none';
            CREATE TEMPORARY TABLE i (`a` STRING, `b` BIGINT) WITH ('connector'='beam-files','path'='${folder}/x.csv',
              'format'='beam-csv','beam-csv.known-fields'='["a","b"]');
            CREATE TEMPORARY TABLE o (`a` STRING, `b` BIGINT) WITH ('connector'='filesystem','path'='${folder}/o',
              'format'='beam-rows');
            INSERT INTO o SELECT * FROM i;
            """
        let messages = try Self.submit(program, ["--set", "folder=\(folder.url.path)"], in: folder, level: "error")
        #expect(messages.contains(expected), "\(messages.suffix(2000))")
        #expect(try folder.names("o").filter { $0.hasPrefix("part-") } == [])
    }

    /// Runs a program to its end, and gives what Java printed.
    private static func submit(
        _ program: String, _ arguments: [String], in folder: TemporaryFolder, level: String = "off"
    ) throws -> String {
        let installations = EngineInstallations()
        let flink = try installations.find(.flink, version: "2.3") ?? installations.install(.flink)
        let jar = try FlinkRunnerJar.jar(flinkHome: flink.home)
        let logging = try folder.write(
            "log.properties",
            """
            status=error
            appender.all.type=Console
            appender.all.name=all
            rootLogger.level=\(level)
            rootLogger.appenderRef.all.ref=all

            """)
        let sql = try folder.write("program.sql", program)
        let java = Process()
        java.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        java.arguments =
            ["java", "-XX:TieredStopAtLevel=1", "-Dlog4j.configurationFile=\(logging)"]
            + ["--add-opens=java.base/java.util=ALL-UNNAMED", "-cp", "\(jar):\(flink.home)/lib/*"]
            + ["dev.beamstack.flink.SqlRunner", "--sql-file", sql, "-Dparallelism.default=1"] + arguments
        java.currentDirectoryURL = folder.url
        let output = Pipe()
        java.standardError = output
        java.standardOutput = output
        try java.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        java.waitUntilExit()
        return String(decoding: printed, as: UTF8.self)
    }
}
