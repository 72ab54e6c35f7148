import DataModel
import Diagnostics
import Engine
import Planning
import Platform
import Testing

@testable import Connectors

struct FilePatternTests {
    @Test func globs() throws {
        let directory = try TemporaryDirectory()
        for name in ["a.csv", "b.csv", "c.txt", ".hidden.csv", "sub/d.csv", "sub/deep/e.csv", "we[i]rd.csv"] {
            try directory.write(name, "")
        }
        func match(_ pattern: String) throws -> [String] {
            try Glob.files(matching: "\(directory.path)/\(pattern)").map {
                String($0.dropFirst(directory.path.count + 1))
            }
        }
        #expect(try match("*.csv") == ["a.csv", "b.csv", "we[i]rd.csv"])
        #expect(try match("?.csv") == ["a.csv", "b.csv"])
        #expect(try match("[a-b].*") == ["a.csv", "b.csv"])
        #expect(try match("[!a].csv") == ["b.csv"])
        #expect(try match("{a,c}.{csv,txt}") == ["a.csv", "c.txt"])
        #expect(try match("**/*.csv") == ["a.csv", "b.csv", "sub/d.csv", "sub/deep/e.csv", "we[i]rd.csv"])
        #expect(try match("s*/*.csv") == ["sub/d.csv"])
        #expect(try match(".h*") == [".hidden.csv"])
        #expect(try match("we[i]rd.csv") == ["we[i]rd.csv"])
        #expect(try match("nothing*") == [])
        #expect(try match("a.csv/") == ["a.csv"] || match("a.csv/") == [])
    }

    @Test func matchingIsLinear() {
        let name = String(repeating: "a", count: 5000)
        #expect(!Glob.matches(name, pattern: String(repeating: "*a", count: 100) + "b"))
        #expect(Glob.matches("é.csv", pattern: "?.csv"))
    }

    @Test func nothingMatches() throws {
        let directory = try TemporaryDirectory()
        try directory.write("orders.csv", "a\n")
        let found = problem { _ = try readTable(readOperation(.csv(CSVOptions()), "\(directory.path)/order.csv")) }
        #expect(found?.code.id == "no-file-matches")
        #expect(found?.message == "no file matches '\(directory.path)/order.csv'")
        #expect(found?.hint == "did you mean 'orders.csv'?")
        #expect(found?.range == pathRange)
        let folder = problem { _ = try readTable(readOperation(.text, directory.path)) }
        #expect(folder?.hint?.contains("it is a directory") == true)
        let store = problem { _ = try readTable(readOperation(.text, "s3://bucket/x")) }
        #expect(store?.code.id == "unsupported-file-system")
    }

    @Test func listing() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("a.csv", "12345")
        let entries = try LocalConnectors().files(matching: "\(directory.path)/*")
        #expect(entries.map(\.path) == [file])
        #expect(entries.first?.sizeInBytes == 5)
        #expect((entries.first?.lastUpdated ?? 0) > 1_600_000_000)
    }
}
