import DataModel
import Planning
import Testing

@testable import Translation

/// What the counts of some edges tell of others.
@Suite struct EdgeCountsTests {
    private typealias Edge = OutputReference

    /// Source 0, a step that says nothing (1), a projection with an error output (2), a source 3, their union (4).
    private func plan(_ windowing: Windowing = .global) -> Plan {
        let opaque = Planning.Operation.explode(ExplodeOperation(fields: [], isCrossProduct: false))
        return Plan(
            path: "p.yaml",
            steps: [
                step(0, opaque, from: [], windowing), step(1, opaque, from: [Edge(step: 0)], windowing),
                step(2, .project([]), from: [Edge(step: 1)], windowing, outputs: ["good", "errors"]),
                step(3, opaque, from: [], windowing),
                step(4, .flatten, from: [Edge(step: 2), Edge(step: 3)], windowing),
                step(5, .create(rows: [RowValue([:]), RowValue([:])]), from: [], windowing),
            ])
    }

    private func step(
        _ id: Int, _ operation: Planning.Operation, from inputs: [OutputReference], _ windowing: Windowing,
        outputs: [String] = ["output"]
    ) -> Step {
        Step(
            id: id, name: "Step \(id)", transform: "Any", range: nil, operation: operation,
            inputs: inputs.map { StepInput(name: "input", source: $0) },
            outputs: outputs.map { StepOutput(name: $0, schema: nil, windowing: windowing) })
    }

    @Test func countsFollowForwardsAndBackwards() {
        let counts = EdgeCounts(plan()).completed([
            Edge(step: 1): 10, Edge(step: 2, output: 1): 3, Edge(step: 4): 12,
        ])
        #expect(counts[Edge(step: 2)] == 7)
        #expect(counts[Edge(step: 3)] == 5)
        #expect(counts[Edge(step: 5)] == 2, "rows of the pipeline itself")
        #expect(counts[Edge(step: 0)] == nil)
    }

    @Test func sumsWaitForTheEnd() {
        let known = [Edge(step: 1): 10, Edge(step: 2, output: 1): 3]
        #expect(EdgeCounts(plan()).completed(known, isFinal: false)[Edge(step: 2)] == nil)
    }

    /// The counts are of different moments, or a task was tried again: nothing rather than less than no rows.
    @Test func whatCannotBeIsNotTold() {
        let known = [Edge(step: 1): 10, Edge(step: 2, output: 1): 13]
        #expect(EdgeCounts(plan()).completed(known)[Edge(step: 2)] == nil)
    }

    @Test func rowsInSeveralWindowsTellNothing() {
        let counts = EdgeCounts(plan(.sliding(size: 2, period: 1, offset: 0))).completed([
            Edge(step: 1): 10, Edge(step: 2, output: 1): 3,
        ])
        #expect(counts[Edge(step: 2)] == nil)
    }

    @Test func asLittleAsPossibleIsCounted() {
        let all = [Edge(step: 0), Edge(step: 1), Edge(step: 2), Edge(step: 2, output: 1), Edge(step: 3)]
        let missing = EdgeCounts(plan()).missing(besides: [Edge(step: 4)], of: all)
        #expect(missing == [Edge(step: 0), Edge(step: 1), Edge(step: 2)])
    }
}
