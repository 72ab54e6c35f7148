import DataModel
import Foundation

@testable import Expressions

/// A real engine beside the tests: it answers SQL over a table `t` of rows that it reads from a file.
struct EngineHarness {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What came of a query: the rows' encoded values by the row's number, or the error.
    enum Answer {
        case rows([Int: [String]])
        case error(String)
    }

    let dialect: SQLDialect
    private let command: [String]
    private let folder: URL
    private static let schema = RandomExpressions.schema

    /// The engine, where it is installed: Flink as `FLINK_HOME` or in a Python's packages, Spark in a Python's packages.
    ///
    /// `BEAMSTACK_FLINK_PYTHON` and `BEAMSTACK_SPARK_PYTHON` name another Python than `python3`.
    init?(_ dialect: SQLDialect) throws {
        self.dialect = dialect
        let environment = ProcessInfo.processInfo.environment
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("sql-\(UUID().uuidString)")
        switch dialect {
        case .spark:
            let python = environment["BEAMSTACK_SPARK_PYTHON"] ?? "python3"
            guard try Self.run([python, "-c", "import pyspark"]).status == 0 else { return nil }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let script = folder.appendingPathComponent("harness.py")
            try Self.sparkProgram.write(to: script, atomically: true, encoding: .utf8)
            command = [python, script.path]
        case .flink:
            let python = environment["BEAMSTACK_FLINK_PYTHON"] ?? "python3"
            let found =
                try environment["FLINK_HOME"]
                ?? Self.run([
                    python, "-c",
                    "import importlib.util as u; print(list(u.find_spec('pyflink').submodule_search_locations)[0])",
                ]).output
            let home = found.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !home.isEmpty, FileManager.default.fileExists(atPath: home + "/lib"),
                try Self.run(["javac", "-version"]).status == 0
            else { return nil }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let program = folder.appendingPathComponent("Harness.java")
            try Self.flinkProgram.write(to: program, atomically: true, encoding: .utf8)
            let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../../Sources/CEnginePrograms/java/dev/beamstack/flink/functions")
            let functions = try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)
            let classes = folder.appendingPathComponent("classes").path
            let compilation = try Self.run(
                ["javac", "-cp", home + "/lib/*", "-d", classes, program.path] + functions.map(\.path))
            guard compilation.status == 0 else { throw Failure(description: compilation.output) }
            command =
                ["java", "-Xmx1g"]
                + ["util", "lang", "time", "nio", "net"].flatMap {
                    ["--add-opens", "java.base/java.\($0)=ALL-UNNAMED"]
                }
                + ["-cp", "\(home)/lib/*:\(classes)", "Harness"]
        }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// Asks one process all queries, whose first column must be `id`.
    func answers(to queries: [String], over rows: [[Value]]) throws -> [Answer] {
        let data = folder.appendingPathComponent("rows.json")
        try Self.json(rows).write(to: data, atomically: true, encoding: .utf8)
        let setup = self.setup(data.path)
        let input = folder.appendingPathComponent("queries.txt")
        let output = folder.appendingPathComponent("answers.txt")
        try (setup + queries).map { Data($0.utf8).base64EncodedString() }.joined(separator: "\n")
            .write(to: input, atomically: true, encoding: .utf8)
        try? FileManager.default.removeItem(at: output)
        let result = try Self.run(command + [input.path, output.path])
        guard let text = try? String(contentsOf: output, encoding: .utf8) else {
            throw Failure(description: String(result.output.suffix(2000)))
        }
        var answers = [Answer](repeating: .rows([:]), count: queries.count)
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard let number = Int(parts[0]) else { continue }
            guard number >= setup.count else {
                if parts[1] == "ERROR" { throw Failure(description: String(line)) }
                continue
            }
            let place = number - setup.count
            if parts[1] == "ERROR" {
                answers[place] = .error(parts.dropFirst(2).joined(separator: " "))
            } else if case .rows(var found) = answers[place], let id = Int(parts[1].dropFirst(2)) {
                found[id] = Array(parts.dropFirst(2))
                answers[place] = .rows(found)
            }
        }
        return answers
    }

    /// Flink has the table twice: `t` with the columns' nullability, `n` with nullable columns.
    private func setup(_ path: String) -> [String] {
        func columns(_ isStrict: Bool) -> String {
            Self.schema.fields.map { field in
                let type = dialect.typeName(field.type) ?? ""
                return "\(dialect.quoted(field.name)) \(type)\(isStrict && !field.type.isNullable ? " NOT NULL" : "")"
            }.joined(separator: ", ")
        }
        let settings = dialect.settings.map {
            dialect == .flink ? "SET '\($0.name)' = '\($0.value)'" : "SET \($0.name) = \($0.value)"
        }
        switch dialect {
        case .flink:
            let tables = [("t", true), ("n", false)].map { name, isStrict in
                "CREATE TEMPORARY TABLE \(name) (id BIGINT NOT NULL, \(columns(isStrict))) "
                    + "WITH ('connector' = 'filesystem', 'path' = 'file://\(path)', 'format' = 'json')"
            }
            return settings + tables + SQLFunction.all.map(\.creation)
        case .spark:
            return settings + [
                "CREATE TEMPORARY VIEW t (id BIGINT, \(columns(false))) "
                    + "USING json OPTIONS (path 'file://\(path)', mode 'FAILFAST')",
                "CREATE TEMPORARY VIEW n AS SELECT * FROM t",
            ]
        }
    }

    private static func json(_ rows: [[Value]]) -> String {
        rows.enumerated().map { number, row in
            let fields = zip(schema.names, row).map { "\"\($0)\": \(json($1))" }
            return "{\"id\": \(number), \(fields.joined(separator: ", "))}\n"
        }.joined()
    }

    private static func json(_ value: Value) -> String {
        switch value {
        case .boolean(let flag): "\(flag)"
        case .int(let number): "\(number)"
        case .double(let number):
            number.isNaN
                ? "\"NaN\""
                : number.isInfinite ? (number < 0 ? "\"-Infinity\"" : "\"Infinity\"") : PythonRuntime.repr(value)
        case .string(let text):
            "\""
                + text.unicodeScalars.map { scalar in
                    scalar == "\"" || scalar == "\\"
                        ? "\\\(scalar)" : scalar.value < 0x20 ? String(format: "\\u%04x", scalar.value) : String(scalar)
                }.joined() + "\""
        case .list(let elements): "[" + elements.map(json).joined(separator: ", ") + "]"
        case .map(let map): "{" + map.entries.map { "\(json($0.key)): \(json($0.value))" }.joined(separator: ", ") + "}"
        default: "null"
        }
    }

    /// A value as the harnesses write it.
    static func encoded(_ value: Value) -> String {
        switch value {
        case .null: "N"
        case .boolean(let flag): "B:\(flag)"
        case .int(let number): "I:\(number)"
        case .double(let number): number.isNaN ? "F:nan" : "F:" + String(number.bitPattern, radix: 16)
        case .string(let text): "S:" + text.unicodeScalars.map { String($0.value) }.joined(separator: " ")
        case .list(let elements): "L[" + elements.map(encoded).joined(separator: ",") + "]"
        case .map(let map):
            "D{" + map.entries.map { encoded($0.key) + "=" + encoded($0.value) }.sorted().joined(separator: ",") + "}"
        case .row(let row): "R(" + row.values.map(encoded).joined(separator: ",") + ")"
        default: "?"
        }
    }

    private static func run(_ command: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
