import DataModel
public import Diagnostics
public import Planning
import Platform
import Projects
import Translation

extension StagingFolder {
    /// Plans for this machine that do what the program left to it: print rows, compare them; each with the step of the
    /// whole plan that it is.
    public func localPlans() throws(Diagnostic) -> [(step: Step, plan: Plan)] {
        var plans: [(step: Step, plan: Plan)] = []
        for output in program.outputs {
            guard case .rows(let schema) = output.purpose else { continue }
            let step = plan.steps[output.step]
            let rows = try rows(in: try returnedParts(of: output), schema, at: step.range)
            plans.append((step, self.plan(of: step, rows: rows, schema)))
        }
        return plans
    }

    /// Plans that print the rows which a stream has given back so far; they are given once.
    func takeRows() throws(Diagnostic) -> [(step: Step, plan: Plan)] {
        var plans: [(step: Step, plan: Plan)] = []
        for output in program.outputs {
            let step = plan.steps[output.step]
            guard case .rows(let schema) = output.purpose, case .log = step.operation else { continue }
            let parts = try returnedParts(of: output)
            if parts.isEmpty { continue }
            plans.append((step, plan(of: step, rows: try rows(in: parts, schema, at: step.range), schema)))
            for part in parts { try? FileSystem.remove(part) }
        }
        return plans
    }

    private func returnedParts(of output: EngineProgram.Output) throws(Diagnostic) -> [String] {
        do throws(SystemError) {
            return try parts(of: output)
        } catch {
            throw Diagnostic(
                .jobFailed, "what the job gave back cannot be read: \(error)", at: plan.steps[output.step].range)
        }
    }

    /// Plans for this machine that write, below the staging folder, what an output is that gets no rows: engines make no
    /// file then, and what is in ours, such as a header, only the plan tells.
    public var plansForNothing: [Plan] {
        // Of a stream's files there may be some in place.
        if program.isStreaming { return [] }
        return program.outputs.compactMap { output in
            guard case .files(let write, hasWindows: false) = output.purpose else { return nil }
            let step = plan.steps[output.step]
            guard let input = step.inputs.first, let schema = plan[input.source].schema else { return nil }
            let isCompressed = (write.path + write.fileNameSuffix).hasSuffix(".gz")
            let nothing = WriteOperation(
                format: write.format, path: Path.join(Publication.nothing(for: output.folder, in: path), "part"),
                range: write.range, shardCount: write.shardCount,
                compression: write.compression == .automatic
                    ? isCompressed ? .gzip : .uncompressed : write.compression)
            return self.plan(of: step, rows: [], schema, operation: .write(nothing))
        }
    }

    /// A step of its own, with these rows as its input.
    private func plan(
        of step: Step, rows: [RowValue], _ schema: Schema, operation: Planning.Operation? = nil
    ) -> Plan {
        let source = Step(
            id: 0, name: step.inputs.first.map { plan.steps[$0.source.step].name } ?? step.name,
            transform: "Create", range: step.range, operation: .create(rows: rows), inputs: [],
            outputs: [StepOutput(name: "output", schema: schema)])
        let end = Step(
            id: 1, name: step.name, transform: step.transform, range: step.range,
            expressionRange: step.expressionRange, operation: operation ?? step.operation,
            inputs: [StepInput(name: "input", source: OutputReference(step: 0))],
            outputs: [StepOutput(name: "output", schema: schema)])
        return Plan(path: plan.path, steps: [source, end])
    }

    private func rows(
        in parts: [String], _ schema: Schema, at range: SourceRange?
    ) throws(Diagnostic) -> [RowValue] {
        let decoder = RowDecoder(schema: schema)
        var rows: [RowValue] = []
        for line in try lines(in: parts, at: range) {
            guard let row = line.withUnsafeBytes({ decoder.row($0) }) else {
                throw Diagnostic(
                    .jobFailed, "the engine gave back a row that is none of \(schema)", at: range,
                    notes: [String(decoding: line.prefix(400), as: UTF8.self)])
            }
            rows.append(row)
        }
        return rows
    }

    private func lines(
        in parts: [String], at range: SourceRange?
    ) throws(Diagnostic) -> [ArraySlice<UInt8>] {
        do throws(SystemError) {
            var lines: [ArraySlice<UInt8>] = []
            for part in parts {
                lines += try OpenFile.contents(of: part).split(separator: UInt8(ascii: "\n"))
            }
            return lines
        } catch {
            throw Diagnostic(.jobFailed, "what the job gave back cannot be read: \(error)", at: range)
        }
    }
}
