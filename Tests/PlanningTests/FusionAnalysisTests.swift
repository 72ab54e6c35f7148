import DataModel
import Testing

@testable import Planning

@Suite struct FusionAnalysisTests {
    @Test func streamingStepsShareAPassAndGroupingEndsIt() {
        let analysis = FusionAnalysis(PlanFixtures.shop)
        #expect(analysis.passes.map(\.steps) == [[1], [3], [0, 2, 4, 6], [5, 7]])
        #expect(analysis.barrier(step: 5, input: 0) == .grouping)
        #expect(analysis.barrier(step: 4, input: 0) == nil)
        #expect(analysis.barrier(step: 4, input: 1) == .foreign)
        #expect(analysis.barrier(step: 3, input: 0) == .foreign)
        #expect(analysis.barrier(step: 6, input: 0) == nil)
        #expect(analysis.breaks.count == 3)
    }

    @Test func rowsWaitWhereAPassWouldNeedItself() {
        let totals = AggregateOperation(keys: [0], calls: [], windowing: .global)
        let join = JoinOperation(stages: [], outputs: [])
        let plan = Plan(
            path: "",
            steps: [
                PlanFixtures.read(0, "Sales", PlanFixtures.sales),
                PlanFixtures.step(1, "Totals", "Combine", .aggregate(totals), from: [.init(step: 0)]),
                PlanFixtures.step(2, "Both", "Join", .join(join), from: [.init(step: 0), .init(step: 1)]),
                PlanFixtures.step(3, "All", "Flatten", .flatten, from: [.init(step: 0), .init(step: 1)]),
            ])
        let analysis = FusionAnalysis(plan)
        #expect(analysis.barrier(step: 2, input: 0) == .waiting)
        #expect(analysis.barrier(step: 2, input: 1) == .joinBuild)
        #expect(analysis.barrier(step: 3, input: 0) == .waiting)
        let passes = analysis.passes
        for edge in plan.edges {
            #expect(analysis.pass(of: edge.source) <= analysis.pass(of: edge.target), "\(passes)")
        }
    }

    @Test func aPlanWithoutStepsHasNoPasses() {
        #expect(FusionAnalysis(Plan(path: "", steps: [])).passes.isEmpty)
    }
}
