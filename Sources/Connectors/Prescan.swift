import DataModel
public import Diagnostics
import Engine
public import Planning
import Platform
import Synchronization

extension FileInspector {
    /// Reads all of a source before a run whose outputs cannot be taken back, so that no value surprises it later.
    ///
    /// Afterwards `schema(of:)` has types that hold every value. So many `workers` parse at once, all cores unless told
    /// otherwise.
    /// Throws the first problem in the data, in the order of the files.
    public func prescan(_ read: ReadOperation, workers: Int? = nil) throws(Diagnostic) {
        // Each round widens at least one field one step, so few rounds are ever needed; the limit is only a guard.
        for _ in 0..<1000 {
            let drifts = try scan(read, workers: max(1, workers ?? Host.coreCount))
            if drifts.isEmpty { return }
            drifts.forEach(widen)
        }
    }

    /// What one pass over the data finds. It goes on after a drift, so that other fields are found in the same pass.
    private func scan(_ read: ReadOperation, workers: Int) throws(Diagnostic) -> [SchemaDrift] {
        let schema = try schema(of: read)
        let reader = try LocalConnectors(blockSize: blockSize, workers: self.workers).reader(
            for: read, schema: schema, neededFields: Set(schema.fields.indices))
        let scanner = Scanner(reader: reader)
        Threads.concurrently(workers) { _ in scanner.run() }
        return try scanner.result()
    }
}

/// One pass over a source by all cores.
private final class Scanner: Sendable {
    private struct Findings {
        var drifts: [SchemaDrift] = []
        /// The problem that comes first in the source.
        var problem: (sequence: Int, diagnostic: Diagnostic)?
        var nextSequence = 0
        var isDone = false
    }

    private let reader: any RecordReader
    private let findings = Mutex(Findings())

    init(reader: any RecordReader) {
        self.reader = reader
    }

    func run() {
        while let (sequence, morsel) = take() {
            do {
                _ = try morsel.parse()
            } catch let drift as SchemaDrift {
                findings.withLock { $0.drifts.append(drift) }
            } catch let diagnostic as Diagnostic {
                note(diagnostic, sequence)
            } catch {
                note(Diagnostic(.unreadableData, "\(error)", at: nil), sequence)
            }
        }
    }

    private func take() -> (Int, any Morsel)? {
        findings.withLock { state in
            if state.isDone { return nil }
            let sequence = state.nextSequence
            state.nextSequence += 1
            do throws(Diagnostic) {
                if let morsel = try reader.next() { return (sequence, morsel) }
            } catch {
                state.problem = state.problem ?? (sequence, error)
            }
            state.isDone = true
            return nil
        }
    }

    private func note(_ diagnostic: Diagnostic, _ sequence: Int) {
        findings.withLock { state in
            state.isDone = true
            if let known = state.problem, known.sequence < sequence { return }
            state.problem = (sequence, diagnostic)
        }
    }

    /// The types to widen. A problem counts only where nothing drifts: the next pass reads further.
    func result() throws(Diagnostic) -> [SchemaDrift] {
        let found = findings.withLock { $0 }
        if found.drifts.isEmpty, let problem = found.problem { throw problem.diagnostic }
        return found.drifts
    }
}
