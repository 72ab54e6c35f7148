public import Diagnostics
import Expressions
public import Planning

/// From a plan to a program of another engine.
public struct Translator: Sendable {
    public let engine: TargetEngine
    /// What relative paths of the pipeline count from.
    public let workingDirectory: String

    public init(_ engine: TargetEngine, workingDirectory: String) {
        self.engine = engine
        self.workingDirectory = workingDirectory
    }

    /// The program, and how each step runs. Where a step is impossible there are no files.
    public func program(for plan: Plan) -> EngineProgram {
        let lowering = PlanLowering(plan, engine: engine, workingDirectory: workingDirectory)
        lowering.run()
        let isPossible = !lowering.translations.contains { if case .impossible = $0.mode { true } else { false } }
        var files: [EngineProgram.File] = []
        if isPossible {
            files.append(main(lowering))
            if !lowering.functions.isEmpty {
                let text = FunctionsFile.text(lowering.functions, pipeline: plan.path, engine: engine)
                files.append(.init(name: FunctionsFile.name, text: text))
            }
        }
        return EngineProgram(
            engine: engine, files: files, inputs: lowering.inputs, outputs: lowering.outputs,
            steps: lowering.translations,
            pythonRequirements: lowering.functions.isEmpty ? nil : requirements(lowering.functions),
            isStreaming: lowering.isStreaming, secrets: lowering.secrets,
            counted: isPossible ? lowering.counted : [], topicInputs: lowering.topicInputs)
    }

    private func requirements(_ functions: [PythonFunction]) -> [String] {
        let all = functions.flatMap(\.requirements)
        // PyFlink comes with a Beam of its own, and with no other.
        return engine == .flink ? all.filter { $0 != PythonPackages.beam } : all
    }

    private func main(_ lowering: PlanLowering) -> EngineProgram.File {
        switch engine {
        case .flink:
            .init(
                name: FlinkProgram.name, text: FlinkProgram(lowering: lowering, workingDirectory: workingDirectory).text
            )
        case .spark:
            .init(
                name: SparkProgram.name, text: SparkProgram(lowering: lowering, workingDirectory: workingDirectory).text
            )
        }
    }
}

extension EngineProgram {
    /// What keeps the plan from running on the engine.
    public var obstacles: [Diagnostic] {
        steps.compactMap { if case .impossible(let diagnostic) = $0.mode { diagnostic } else { nil } }
    }
}
