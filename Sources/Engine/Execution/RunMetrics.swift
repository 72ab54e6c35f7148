import Planning
import Synchronization

/// Live counters of a run: safe to read from another thread at any time.
public final class RunMetrics: Sendable {
    public let steps: [StepMetrics]

    init(plan: Plan) {
        steps = plan.steps.map { StepMetrics(name: $0.name, transform: $0.transform, outputs: $0.outputs.map(\.name)) }
    }
}

/// The counters of one step; they are added to once a batch.
public final class StepMetrics: Sendable {
    public let name: String
    public let transform: String
    public let outputNames: [String]
    private let counters: [Atomic64]

    init(name: String, transform: String, outputs: [String]) {
        self.name = name
        self.transform = transform
        outputNames = outputs
        counters = (0..<(Kind.allCases.count + max(1, outputs.count))).map { _ in Atomic64() }
    }

    enum Kind: Int, CaseIterable {
        case recordsIn, bytes, totalBytes, failures, busyNanoseconds
    }

    func add(_ amount: Int, to kind: Kind) { counters[kind.rawValue].add(amount) }
    func addOutput(_ amount: Int, to output: Int) { counters[Kind.allCases.count + output].add(amount) }

    public var recordsIn: Int { counters[Kind.recordsIn.rawValue].value }
    /// The records of an output, by its position in `outputNames`.
    public func recordsOut(_ output: Int = 0) -> Int {
        Kind.allCases.count + output < counters.count ? counters[Kind.allCases.count + output].value : 0
    }
    /// Bytes read by a source or written by a sink so far.
    public var bytes: Int { counters[Kind.bytes.rawValue].value }
    /// All bytes that a source will read, where it is known; else 0.
    public var totalBytes: Int { counters[Kind.totalBytes.rawValue].value }
    public var failures: Int { counters[Kind.failures.rawValue].value }
    /// Time spent in the step on all workers together.
    public var busyNanoseconds: Int { counters[Kind.busyNanoseconds.rawValue].value }
}

/// Lets atomics stand in an array.
final class Atomic64: Sendable {
    private let storage = Atomic<Int>(0)

    func add(_ amount: Int) { storage.wrappingAdd(amount, ordering: .relaxed) }
    var value: Int { storage.load(ordering: .relaxed) }
}
