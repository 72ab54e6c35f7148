import Testing

@testable import Translation

@Suite struct EngineProgramTests {
    @Test func enginesAreCalledByTheirNames() {
        #expect(TargetEngine.allCases.map(\.title) == ["Apache Flink", "Apache Spark"])
    }
}
