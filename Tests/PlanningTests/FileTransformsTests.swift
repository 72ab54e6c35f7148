import DataModel
import Diagnostics
import Testing

@testable import Planning

@Suite struct FileTransformsTests {
    private func operation(_ config: String, type: String = "ReadFromCsv") throws -> CSVOptions {
        let source = type == "WriteToCsv" ? "    - {type: Create, config: {elements: [1]}}\n" : ""
        let result = PlannerFixture().plan(
            "pipeline:\n  type: chain\n  transforms:\n\(source)    - {type: \(type), config: {\(config)}}\n")
        #expect(result.problems.isEmpty)
        let step = try #require(result.plan?.steps.last)
        switch step.operation {
        case .read(let read):
            if case .csv(let options) = read.format { return options }
        case .write(let write):
            if case .csv(let options) = write.format { return options }
        default: break
        }
        throw NoCSV()
    }

    private struct NoCSV: Error {}

    @Test func readingOptions() throws {
        let options = try operation(
            "path: orders.csv, sep: ';', comment: '#', filename_column: f, dtype: {id: str, price: float64}")
        #expect(options.delimiter == UInt8(ascii: ";"))
        #expect(options.comment == UInt8(ascii: "#"))
        #expect(options.filenameColumn == "f")
        #expect(options.types == ["id": .string.nullable, "price": .double.nullable])
        #expect(options.hasHeader)
    }

    @Test func headers() throws {
        #expect(try operation("path: orders.csv, names: [a, b]").hasHeader == false)
        #expect(try operation("path: orders.csv, names: [a, b], header: 0").hasHeader)
        #expect(try operation("path: orders.csv, header: null").hasHeader == false)
        #expect(
            try operation("path: out.csv, header: false, delimiter: \"\\t\"", type: "WriteToCsv").hasHeader == false)
    }

    @Test(arguments: [
        ("quotechar: x", "pandas' parameter 'quotechar' is not supported by Beamstack"),
        ("delimiter: '::'", "'delimiter' expects one ASCII character, but this is '::'"),
        ("header: 3", "'header' cannot be '3'"),
        ("dtype: {id: int128}", "'int128' is not a type of 'dtype'"),
    ])
    func problems(config: String, message: String) {
        let result = PlannerFixture().plan(
            "pipeline:\n  transforms:\n    - {type: ReadFromCsv, config: {path: orders.csv, \(config)}}\n")
        #expect(result.diagnostics.map(\.message) == [message])
    }

    @Test func shards() throws {
        let text = PlannerFixture.orders("- {type: WriteToJson, config: {path: out, num_shards: 3}}")
        guard case .write(let write)? = PlannerFixture().plan(text).plan?.steps.last?.operation else { throw NoCSV() }
        #expect(write.shardCount == 3)
        let wrong = PlannerFixture.orders("- {type: WriteToJson, config: {path: out, num_shards: -1}}")
        #expect(PlannerFixture().plan(wrong).diagnostics.map(\.message) == ["'num_shards' cannot be -1"])
    }
}
