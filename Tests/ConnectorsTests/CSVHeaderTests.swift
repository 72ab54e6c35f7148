import Connectors
import Diagnostics
import Foundation
import Planning
import Testing

/// Headers that are no text, or that hide all rows, are told apart from data.
@Suite struct CSVHeaderTests {
    @Test(arguments: [
        ([UInt8]("id,name\r1,a\r2,b\r".utf8), "inconsistent-columns"),
        ([0xFF, 0xFE] + [UInt8]("id,name\n1,a\n".utf8), "invalid-utf8"),
    ])
    func brokenFirstLinesAreReported(_ bytes: [UInt8], _ code: String) throws {
        let path = NSTemporaryDirectory() + "/header-\(UUID().uuidString).csv"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let read = ReadOperation(format: .csv(CSVOptions()), pattern: path, range: nil)
        let problem = #expect(throws: Diagnostic.self) { try FileInspector().schema(of: read) }
        #expect(problem?.code.id == code)
    }
}
