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

    /// Plans for this machine that write the files of outputs without rows, for which the engine makes none.
    ///
    /// Asked before `publish`, which takes the files away.
    public func plansForNothing() throws(Diagnostic) -> [Plan] {
        var plans: [Plan] = []
        // Of a stream's files there may be some in place.
        if program.isStreaming { return plans }
        for output in program.outputs {
            guard case .files(_, hasWindows: false) = output.purpose else { continue }
            let step = plan.steps[output.step]
            guard let input = step.inputs.first, let schema = plan[input.source].schema else { continue }
            do throws(SystemError) {
                guard try parts(of: output).isEmpty else { continue }
            } catch {
                throw Diagnostic(.outputNotPublished, "cannot read what the job wrote: \(error)", at: step.range)
            }
            plans.append(self.plan(of: step, rows: [], schema))
        }
        return plans
    }

    /// A step of its own, with these rows as its input.
    private func plan(of step: Step, rows: [RowValue], _ schema: Schema) -> Plan {
        let source = Step(
            id: 0, name: step.inputs.first.map { plan.steps[$0.source.step].name } ?? step.name,
            transform: "Create", range: step.range, operation: .create(rows: rows), inputs: [],
            outputs: [StepOutput(name: "output", schema: schema)])
        let end = Step(
            id: 1, name: step.name, transform: step.transform, range: step.range,
            expressionRange: step.expressionRange, operation: step.operation,
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
