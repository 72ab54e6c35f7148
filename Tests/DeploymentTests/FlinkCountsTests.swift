import Testing

@testable import Deployment

struct FlinkCountsTests {
    /// What a vertex reads is a table's only where it reads no other.
    @Test func aVertexIsOfTheTableThatItReads() {
        let name = "Source: orders[1] -> (Calc[2] -> HashAggregate[3], Calc[7] -> Sink: Filesystem)"
        let topic = "Source: KafkaSource-default_catalog.default_database.clicks -> Calc[2]"
        #expect(StepCounts.table(readBy: topic) == "clicks")
        #expect(StepCounts.table(readBy: name) == "orders")
        #expect(StepCounts.table(readBy: "HashAggregate[5] -> Sink: Filesystem") == nil)
        #expect(StepCounts.table(readBy: "Source: a[1] -> MultipleInput[3] -> Source: b[2]") == nil)
    }
}
