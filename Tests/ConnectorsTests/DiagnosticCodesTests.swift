import Diagnostics
import Testing

@testable import Connectors

struct DiagnosticCodesTests {
    @Test func allAreExplained() {
        let codes = DiagnosticCode.connectorCodes
        #expect(Set(codes.map(\.id)).count == codes.count)
        #expect(codes.allSatisfy { !$0.summary.isEmpty && $0.explanation.utf8.count > 100 })
    }
}
