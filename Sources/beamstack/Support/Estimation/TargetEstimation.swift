import Deployment
import Planning
import Platform
import Projects
import Translation

/// What a plan will need on a target, from all that this machine knows of it.
struct TargetEstimation {
    let plan: Plan
    let target: Target
    /// Tasks at once, where the command line says.
    var workers: Int?
    /// How many earlier jobs count.
    private static let jobsThatCount = 5

    init(_ plan: Plan, on target: Target, workers: Int? = nil) {
        self.plan = plan
        self.target = target
        self.workers = workers
    }

    func estimate(scale: Double = 1, profile: SampleProfile?) -> Estimate {
        let program = target.translated.map { Translator($0).program(for: plan) }
        var python: Set<Int> = []
        for step in program?.steps ?? [] { if case .python = step.mode { python.insert(step.step) } }
        if program == nil { python = Set(plan.steps.filter(\.isForeign).map(\.id)) }
        let capacity = capacity
        return Estimator(
            plan, on: .of(target.translated), inputs: InputMeasurement.sizes(of: plan), profile: profile, scale: scale,
            slots: capacity.slots, slotsPerWorker: capacity.perWorker, pythonSteps: python, correction: correction
        ).estimate()
    }

    /// Tasks that the target can run at once, of all workers and of one.
    private var capacity: (slots: Int, perWorker: Int) {
        let definition = target.definition
        if let name = definition.cluster, let record = try? ClusterStore().existing(name) {
            return (record.totalSlots, record.size.slots)
        }
        let perWorker = definition.slots ?? Host.coreCount
        let all = workers ?? definition.parallelism ?? definition.workers.map { $0 * perWorker } ?? perWorker
        return (all, min(all, perWorker))
    }

    /// How many times as long as expected the last jobs of the pipeline took on the target.
    private var correction: (factor: Double, jobs: Int)? {
        let pipeline = FileSystem.absolutePath(of: plan.path) ?? plan.path
        guard let store = try? JobSupport.store(), let jobs = try? store.all(states: [.finished], limit: 1000) else {
            return nil
        }
        let ratios = jobs.lazy.filter { $0.pipeline == pipeline && $0.target == target.definition.name }
            .compactMap { job -> Double? in
                guard let expected = job.estimate?.uncorrectedSeconds, expected > 0, let ended = job.endedAt else {
                    return nil
                }
                return Double(ended - job.submittedAt) / 1_000_000 / expected
            }.prefix(Self.jobsThatCount)
        let all = Array(ratios).sorted()
        return all.isEmpty ? nil : (all[all.count / 2], all.count)
    }
}

extension JobEstimate {
    /// What is kept with a job's record.
    init(_ estimate: Estimate, isSampled: Bool) {
        func span(_ band: Band) -> Span { Span(low: band.low, likely: band.likely, high: band.high) }
        var rows: [String: Span] = [:]
        for step in estimate.steps { if let band = step.rows { rows[step.name] = span(band) } }
        self.init(
            seconds: estimate.seconds.map(span), uncorrectedSeconds: estimate.uncorrectedSeconds,
            parallelism: estimate.parallelism, memory: estimate.memory, rows: rows, isSampled: isSampled)
    }
}
