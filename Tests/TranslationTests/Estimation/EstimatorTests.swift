import DataModel
import Diagnostics
import Expressions
import Planning
import Testing

@testable import Translation

@Suite struct EstimatorTests {
    /// Reads orders, keeps some, groups them, writes.
    private static let plan: Plan = {
        let orders = Schema([Field("item", .string), Field("price", .double)])
        let totals = Schema([Field("item", .string), Field("total", .int64)])
        func step(
            _ id: Int, _ name: String, _ operation: Planning.Operation, _ schema: Schema?, from source: Int?
        ) -> Step {
            Step(
                id: id, name: name, transform: name, range: nil, operation: operation,
                inputs: source.map { [StepInput(name: "input", source: OutputReference(step: $0))] } ?? [],
                outputs: schema.map { [StepOutput(name: "output", schema: $0)] } ?? [])
        }
        let read = ReadOperation(format: .text, pattern: "orders", range: nil)
        let write = WriteOperation(format: .text, path: "totals", range: nil)
        return Plan(
            path: "p.yaml",
            steps: [
                step(0, "Orders", .read(read), orders, from: nil), step(1, "Same", .reshuffle, orders, from: 0),
                step(
                    2, "PerItem", .aggregate(AggregateOperation(keys: [0], calls: [], windowing: .global)), totals,
                    from: 1), step(3, "Write", .write(write), nil, from: 2),
            ])
    }()

    private static func estimate(
        on model: CostModel = .flink, megabytes: Double = 100, files: Int = 1, slots: Int = 8, scale: Double = 1,
        profile: SampleProfile? = nil, correction: (factor: Double, jobs: Int)? = nil
    ) -> Estimate {
        Estimator(
            plan, on: model, inputs: [InputSize(step: 0, files: files, bytes: megabytes * 1e6, rowBytes: 50)],
            profile: profile, scale: scale, slots: slots, slotsPerWorker: 2, correction: correction
        ).estimate()
    }

    private static func profile(groups: [Double]) -> SampleProfile {
        let rows = [5000.0, 10_000, 20_000]
        return SampleProfile(
            outputs: [
                OutputReference(step: 0): .init(proportional: 20_000),
                OutputReference(step: 1): .init(proportional: 20_000),
                OutputReference(step: 2): .init(of: groups, for: rows, limit: 1),
            ], inputBytes: 1e6, seconds: 2, busySeconds: [0: 1, 2: 1])
    }

    @Test(arguments: [CostModel.embedded, .flink, .spark]) func moreInputNeverNeedsLess(_ model: CostModel) {
        var last = Self.estimate(on: model, megabytes: 1)
        for megabytes in [3.0, 10, 100, 3000, 20_000, 500_000] {
            let next = Self.estimate(on: model, megabytes: megabytes, slots: 1)
            #expect(next.memory >= last.memory)
            #expect((next.seconds?.likely ?? 0) >= (last.seconds?.likely ?? 0))
            last = next
        }
    }

    @Test(arguments: [1, 2, 3, 7, 64]) func noMoreTasksThanTheTargetRuns(slots: Int) {
        for megabytes in [1.0, 100, 100_000] {
            let tasks = Self.estimate(megabytes: megabytes, files: 50, slots: slots).parallelism
            #expect((1...slots).contains(tasks))
        }
        #expect(Self.estimate(megabytes: 1e6, files: 50, slots: slots).parallelism == slots)
    }

    /// Both engines read a file of CSV, JSON or text with one task.
    @Test func moreTasksDoNotReadOneFileFaster() {
        let one = Self.estimate(megabytes: 80_000, files: 1)
        let many = Self.estimate(megabytes: 80_000, files: 8)
        #expect((many.seconds?.likely ?? 0) < (one.seconds?.likely ?? 0) / 2)
        #expect(one.parallelismReason.contains("split the input"))
        #expect(!many.parallelismReason.contains("split the input"))
        // The embedded engine reads parts of files.
        #expect(!Self.estimate(on: .embedded, megabytes: 80_000).parallelismReason.contains("split the input"))
    }

    @Test(arguments: [
        // All groups are there after a quarter; each row brings one; they slow down.
        ([100.0, 100, 100], 100.0...101), ([5000.0, 10_000, 20_000], 1_950_000...2_050_000),
        ([1000.0, 1400, 1960], 15_000...25_000),
    ])
    func groupsGrowAsInTheSample(groups: [Double], expected: ClosedRange<Double>) throws {
        let estimate = Self.estimate(megabytes: 1, scale: 100, profile: Self.profile(groups: groups))
        let rows = try #require(estimate.steps[2].rows)
        #expect(expected.contains(rows.likely), "\(rows)")
        #expect(estimate.steps[2].isMeasured && estimate.steps[0].rows?.likely == 2_000_000)
        #expect(rows.low <= rows.likely && rows.likely <= rows.high)
    }

    @Test func timeOfTheEmbeddedEngineIsThatOfTheSample() throws {
        let seconds = try #require(
            Self.estimate(on: .embedded, megabytes: 1, scale: 10, profile: Self.profile(groups: [10, 10, 10])).seconds)
        #expect(seconds.contains(20), "\(seconds)")
    }

    @Test func earlierJobsCorrectTheModel() throws {
        let plain = Self.estimate()
        let corrected = Self.estimate(correction: (factor: 3, jobs: 2))
        #expect(corrected.seconds?.likely == (plain.seconds?.likely ?? 0) * 3)
        #expect(corrected.uncorrectedSeconds == plain.seconds?.likely)
        #expect(corrected.text.contains("the last 2 jobs of this pipeline there took 3.0 times"))
    }

    @Test func whatNobodyKnowsIsSaid() {
        let estimate = Estimator(Self.plan, on: .spark, inputs: [], slots: 4).estimate()
        #expect(estimate.assumptions.contains("nothing is known of what 'Orders' reads"))
        #expect(estimate.steps[0].rows == nil)
        let assumed = Self.estimate()
        #expect(assumed.assumptions == ["'PerItem' makes one group of ten rows"])
        #expect(assumed.text.contains("'beamstack plan --scale 1x' runs a sample"))
    }

    @Test func smallInputsBesideALargeOneDoNotGrow() {
        let sizes = [
            InputSize(step: 0, files: 1, bytes: 1e9, rowBytes: 50),
            InputSize(step: 4, files: 1, bytes: 1e6, rowBytes: 50),
        ]
        #expect(InputSize.scaled(sizes) == [0])
    }

    @Test func profilesSurviveTheirFile() throws {
        let profile = Self.profile(groups: [10, 20, 30])
        let text = profile.json.compact
        let back = try #require(JSONText.parse(text).flatMap { SampleProfile($0) })
        #expect(back.outputs == profile.outputs && back.busySeconds == profile.busySeconds)
        #expect(SampleProfile(.object([])) == nil)
    }

    @Test func numbersAreAsRoundAsTheyAreKnown() {
        #expect(
            [7.2, 950, 1234, 56_789, 234_567, 12_345_678].map(Figures.count) == [
                "7", "950", "1,200", "57,000", "230,000", "12 million",
            ])
        #expect(
            [0.0004, 0.25, 90, 150, 9000].map(Figures.span) == [
                "less than 1 ms", "250 ms", "90 s", "2.5 min", "2.5 h",
            ])
    }
}
