import Connectors
import Diagnostics
import Engine
import Planning
import Platform
import Translation

/// Runs a plan on the embedded engine over parts of its input, to see how its rows grow. Nothing of it is kept.
struct SampleRun {
    let plan: Plan
    let support: WorkerSupport
    /// Bytes of input that are enough to see it.
    static let enoughBytes = 256.0 * 1_048_576

    /// - Returns: what was seen, with all of the input or with the beginning of each file.
    func profile() throws -> SampleProfile {
        let folder = TemporaryName.beside(Path.join(Environment["TMPDIR"] ?? "/tmp", "beamstack-sample"))
        try FileSystem.createDirectories(folder)
        defer { try? FileSystem.removeTree(folder) }
        let scaled = Set(InputSize.scaled(InputMeasurement.sizes(of: plan)))
        let all = Double(totalBytes)
        let largest = all > Self.enoughBytes ? Self.enoughBytes / all : 1
        var parts: [RunMetrics] = []
        var seconds = 0.0
        var bytes = 0.0
        for (number, share) in [largest / 4, largest / 2, largest].enumerated() {
            let part = Path.join(folder, "part-\(number)")
            try FileSystem.createDirectories(part)
            let sampled = try sample(share, of: scaled, in: part)
            let start = MonotonicClock.seconds
            parts.append(try run(sampled.plan))
            (seconds, bytes) = (MonotonicClock.seconds - start, sampled.bytes)
            try? FileSystem.removeTree(part)
        }
        return Self.profile(of: plan, parts, bytes: bytes, seconds: seconds)
    }

    private static func profile(of plan: Plan, _ parts: [RunMetrics], bytes: Double, seconds: Double) -> SampleProfile {
        var outputs: [OutputReference: SampleProfile.Growth] = [:]
        var busy: [Int: Double] = [:]
        for step in plan.steps {
            busy[step.id] = Double(parts[2].steps[step.id].busyNanoseconds) / 1e9
            let incoming = parts.map { Double($0.steps[step.id].recordsIn) }
            for output in step.outputs.indices {
                let rows = parts.map { Double($0.steps[step.id].recordsOut(output)) }
                outputs[OutputReference(step: step.id, output: output)] =
                    switch step.operation {
                    case .aggregate: .init(of: rows, for: incoming, limit: 1)
                    case .join: .init(of: rows, for: incoming, limit: 2)
                    default: .init(proportional: rows[2])
                    }
            }
        }
        return SampleProfile(outputs: outputs, inputBytes: bytes, seconds: seconds, busySeconds: busy)
    }

    private var totalBytes: Int64 {
        plan.steps.reduce(0) { sum, step in
            guard case .read(let read) = step.operation else { return sum }
            return InputMeasurement.files(of: read).reduce(sum) {
                $0 + (((try? FileSystem.status(of: $1)) ?? nil)?.sizeInBytes ?? 0)
            }
        }
    }

    private func run(_ plan: Plan) throws -> RunMetrics {
        let metrics = EmbeddedEngine.metrics(for: plan)
        let options = RunOptions(
            workers: Host.coreCount, temporaryDirectory: Environment["TMPDIR"] ?? "/tmp", logOutput: { _ in })
        let engine = EmbeddedEngine(
            connectors: LocalConnectors(workers: support.pool), workers: support.pool, options: options)
        _ = try engine.run(plan, metrics: metrics, cancellation: Cancellation())
        return metrics
    }

    /// The plan over the beginning of each of its files, cut at the end of a line.
    ///
    /// - Parameter scaled: the steps whose files are cut; the others are taken whole.
    private func sample(_ share: Double, of scaled: Set<Int>, in folder: String) throws -> (plan: Plan, bytes: Double) {
        var bytes = 0.0
        var failure: (any Error)?
        let redirected = RedirectedPlan(folder: Path.join(folder, "outputs")).plan(plan) { step, read in
            guard scaled.contains(step.id) else { return read }
            do {
                let (sampled, taken) = try sample(read, share, in: Path.join(folder, "step-\(step.id)"))
                bytes += taken
                return sampled
            } catch {
                failure = error
                return read
            }
        }
        if let failure { throw failure }
        return (redirected, bytes)
    }

    private func sample(_ read: ReadOperation, _ share: Double, in folder: String) throws -> (ReadOperation, Double) {
        try FileSystem.createDirectories(folder)
        var taken = 0.0
        for (number, file) in InputMeasurement.files(of: read).enumerated() {
            let size = Double(((try FileSystem.status(of: file))?.sizeInBytes) ?? 0)
            var head = try OpenFile.beginning(of: file, count: Int((size * share).rounded(.up)))
            // What is packed or in one piece cannot be cut.
            if share < 1, !head.starts(with: [0x1F, 0x8B]), let end = head.lastIndex(of: UInt8(ascii: "\n")) {
                head.removeLast(head.count - end - 1)
            } else if share < 1 {
                head = try OpenFile.contents(of: file)
            }
            taken += Double(head.count)
            try OpenFile.write(head, to: Path.join(folder, "\(number)-\(Path.name(of: file))"))
        }
        return (
            ReadOperation(
                format: read.format, pattern: Path.join(folder, "*"), range: read.range, compression: read.compression),
            taken
        )
    }
}
