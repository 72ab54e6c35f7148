import DataModel
import Diagnostics
import PipelineSpec

extension PlanBuilder {
    /// Plans one transform: a leaf, a block or what a provider defines.
    func plan(_ member: Scope.Member, in scope: Scope, depth: Int) -> MemberOutputs {
        let spec = member.spec
        guard depth < 60 else {
            report(
                .cycle, "transforms are nested more than 60 deep", at: spec.typeRange,
                hint: "a provider's transform may use itself; break that circle")
            return MemberOutputs(named: [], isKnown: false)
        }
        let name = scope.prefix + member.name
        var inputs = self.inputs(of: member, name: name, in: scope)
        let windowing = spec.type.text == "WindowInto" ? nil : spec.windowing ?? member.windowing
        var windows: Windowing?
        if let windowing {
            let context = StepContext(spec: spec, name: name, inputs: [], errorHandling: nil, services: services)
            windows = WindowingReader(context: context).read(windowing)
            report(context.diagnostics)
        }
        if let windows {
            inputs = inputs.map { input in
                (
                    input.name, window(input.reference, windows, name: "\(name)/WindowInto[\(input.name)]", spec),
                    input.range
                )
            }
        }
        var outputs: MemberOutputs
        if spec.isComposite || spec.isChain {
            _ = resourceHints(spec.resourceHints)
            outputs = plan(
                Block(
                    isChain: spec.isChain, source: spec.source, transforms: spec.transforms, sink: spec.sink,
                    extraTransforms: spec.extraTransforms, output: spec.output,
                    windowing: inputs.isEmpty ? windowing : nil, label: "'\(name)'"),
                inputs: inputs.map { ($0.name, $0.reference) }, prefix: name + "/", depth: depth + 1)
            return outputs
        }
        if let provided = providers[spec.type.text] {
            outputs = plan(
                provided, spec, name: name, inputs: inputs, isExplicit: member.isExplicitlyWithoutInput, depth: depth)
        } else if let definition = catalogue[spec.type.text] {
            outputs = leaf(
                definition, spec, name: name, inputs: inputs, isExplicit: member.isExplicitlyWithoutInput)
        } else {
            report(
                .unknownTransform, "there is no transform '\(spec.type.text)'", at: spec.typeRange,
                hint: Suggestion.nearest(
                    to: spec.type.text, among: catalogue.names + providers.keys.sorted() + ["composite", "chain"]
                ).map { "did you mean '\($0)'?" } ?? "'beamstack docs' lists all transforms")
            return MemberOutputs(named: [], isKnown: false)
        }
        if inputs.isEmpty, let windows {
            outputs.named = outputs.named.map { output in
                guard output.name != outputs.errorName else { return output }
                return (
                    output.name, window(output.reference, windows, name: "\(name)/WindowInto[\(output.name)]", spec)
                )
            }
        }
        return outputs
    }

    typealias Input = (name: String, reference: OutputReference, range: SourceRange)

    /// The inputs of a member, several references of one name put together.
    private func inputs(of member: Scope.Member, name: String, in scope: Scope) -> [Input] {
        var inputs: [Input] = []
        for edge in member.edges {
            let sources = edge.sources.map { source -> (OutputReference, SourceRange) in
                switch source {
                case .input(let reference, let range):
                    markConsumed(reference)
                    return (reference, range)
                case .reference(let reference):
                    return (resolve(reference, in: scope, for: member.spec), reference.range)
                case .member(let index, let range):
                    guard let outputs = scope.outputs[index] else {
                        return (missingCollection(for: member.spec), range)
                    }
                    let selected = select(
                        nil, of: outputs, named: scope.members[index].name, at: range, for: member.spec)
                    return (selected, range)
                }
            }
            if sources.count == 1 || member.spec.type.text == "Flatten" {
                for (index, source) in sources.enumerated() {
                    inputs.append((sources.count == 1 ? edge.name : "\(edge.name)\(index)", source.0, source.1))
                }
            } else if let first = sources.first {
                let merged = flatten(sources.map(\.0), name: "\(name)-Flatten[\(edge.name)]", spec: member.spec)
                inputs.append((edge.name, merged, first.1))
            }
        }
        return inputs
    }

    private func window(
        _ source: OutputReference, _ windowing: Windowing, name: String, _ spec: TransformSpec
    ) -> OutputReference {
        let output = self[source]
        return add(
            name: name, spec: spec, transform: "WindowInto", operation: .window(windowing),
            inputs: [StepInput(name: "input", source: source)],
            outputs: [
                StepOutput(
                    name: "output", schema: output.schema, windowing: windowing, isBounded: output.isBounded,
                    bareElement: output.bareElement)
            ]
        )[0]
    }

    // MARK: Leaves

    /// Beam's own rule: a group of an input that never ends is complete only when its window is.
    private func checkGroupsEnd(_ operation: Operation, of inputs: [Input], name: String, _ spec: TransformSpec) {
        switch operation {
        case .aggregate, .join: break
        default: return
        }
        guard
            let endless = inputs.first(where: {
                !self[$0.reference].isBounded && self[$0.reference].windowing == .global
            })
        else { return }
        report([
            Diagnostic(
                .endlessGroup,
                "'\(name)' would group '\(stepName(endless.reference))', which never ends, as one window",
                at: spec.typeRange,
                hint: "add windows to this step, such as 'windowing: {type: fixed, size: 60s}'")
        ])
    }

    func leaf(
        _ definition: TransformDefinition, _ spec: TransformSpec, name: String, inputs: [Input], isExplicit: Bool
    ) -> MemberOutputs {
        let errors = definition.supportsErrorHandling ? errorHandling(spec) : (handling: nil, range: nil, isValid: true)
        let hints = resourceHints(spec.resourceHints)
        let context = StepContext(
            spec: spec, name: name,
            inputs: inputs.map {
                .init(name: $0.name, range: $0.range, source: stepName($0.reference), output: self[$0.reference])
            },
            errorHandling: errors.handling, services: services)
        let hasInputs = checkInputs(definition, context, isExplicit: isExplicit)
        let hasParameters = ParameterChecks(context: context).check(definition)
        // A rule would report a missing input or parameter once more.
        let result = hasInputs && hasParameters ? definition.rule(context) : nil
        report(context.diagnostics)
        guard let result, errors.isValid else {
            // Nothing is known, which is no reason for more errors behind the step.
            let reference = missingCollection(for: spec)
            var named = result?.outputs.map { ($0.name, reference) } ?? []
            if let handling = errors.handling { named.append((handling.output, reference)) }
            return MemberOutputs(named: named, errorName: errors.handling?.output, isKnown: false)
        }
        let windowing = result.windowing ?? inputs.first.map { self[$0.reference].windowing } ?? .global
        let isBounded = result.isBounded && inputs.allSatisfy { self[$0.reference].isBounded }
        checkGroupsEnd(result.operation, of: inputs, name: name, spec)
        var outputs = result.outputs.map {
            StepOutput(
                name: $0.name, schema: $0.schema, windowing: windowing, isBounded: isBounded,
                bareElement: $0.bareElement)
        }
        if let handling = errors.handling {
            let element = inputs.first.flatMap { self[$0.reference].schema }
            outputs.append(
                StepOutput(
                    name: handling.output, schema: result.errorSchema ?? element.map { ErrorHandling.schema(for: $0) },
                    windowing: windowing, isBounded: isBounded, isErrorOutput: true))
        }
        var stepInputs = inputs.map { StepInput(name: $0.name, source: $0.reference) }
        for prelude in result.preludes {
            let output = StepOutput(
                name: "output", schema: prelude.schema, windowing: windowing, isBounded: isBounded)
            let made = add(
                name: "\(name)/\(prelude.suffix)", spec: spec, operation: prelude.operation, inputs: stepInputs,
                outputs: [output], hints: hints)
            stepInputs = [StepInput(name: "input", source: made[0])]
        }
        let references = add(
            name: name, spec: spec, operation: result.operation, expressionRange: result.expressionRange,
            inputs: stepInputs, outputs: outputs,
            errorHandling: errors.handling, hints: hints)
        var named = zip(outputs, references).map { ($0.name, $1) }
        if let schema = spec.outputSchema ?? context["output_schema"] {
            named = validated(named, schema, spec, name: name, errors: errors.handling, outputs: outputs)
        }
        if let handling = errors.handling, let range = errors.range, let last = named.last {
            addErrorOutput(last.1, name: "\(spec.label.text).\(handling.output)", at: range)
        }
        return MemberOutputs(
            named: named, errorName: errors.handling?.output, isKnown: !result.hasMoreOutputs)
    }

    private func checkInputs(_ definition: TransformDefinition, _ context: StepContext, isExplicit: Bool) -> Bool {
        let count = context.inputs.count
        switch definition.inputs {
        case .none:
            guard let first = context.inputs.first else { return true }
            context.report(
                .unexpectedInput, "'\(definition.name)' reads no input", at: first.range,
                hint: "remove its 'input', or put it at the start")
            return false
        case .one where count > 1:
            context.report(
                .unexpectedInput, "'\(definition.name)' has one input, and this gives it \(count)",
                at: context.inputs[1].range, hint: "write the inputs as a list to put them together")
            return false
        case .optional where isExplicit && count == 0: return true
        case .one, .several, .optional:
            guard count == 0 else { return true }
            context.report(
                .missingInput, "'\(definition.name)' has no input", at: context.spec.label.range,
                hint: definition.inputs.isOptional
                    ? "add 'input: NAME', or 'input: {}' if it has none"
                    : "add 'input: NAME', or write 'type: chain' for transforms that read one another in turn")
            return false
        }
    }

    // MARK: Output schemas

    /// Appends a validation to the main output; rows that fail join the step's own failures.
    private func validated(
        _ named: [(String, OutputReference)], _ schema: YAMLNode, _ spec: TransformSpec, name: String,
        errors: ErrorHandling?, outputs: [StepOutput]
    ) -> [(String, OutputReference)] {
        let main = named.firstIndex { $0.0 == "output" } ?? (named.count == 1 ? 0 : nil)
        guard let main else {
            report(
                .ambiguousOutput, "'output_schema' needs a transform with one output", at: schema.firstLine,
                hint: "check each output with 'ValidateWithSchema'")
            return named
        }
        let source = self[named[main].1]
        let context = StepContext(
            spec: spec, name: name, inputs: [.init(name: "input", range: spec.typeRange, source: name, output: source)],
            errorHandling: errors, services: services)
        let result = TransformDefinition.validation(schema, context)
        report(context.diagnostics)
        guard let result else { return named }
        var results = [StepOutput(name: "output", schema: source.schema, windowing: source.windowing)]
        if let errors {
            results.append(
                StepOutput(
                    name: errors.output, schema: source.schema.map { ErrorHandling.schema(for: $0) },
                    windowing: source.windowing, isErrorOutput: true))
        }
        let references = add(
            name: "\(name)/ValidateWithSchema", spec: spec, transform: "ValidateWithSchema",
            operation: result.operation, inputs: [StepInput(name: "input", source: named[main].1)], outputs: results,
            errorHandling: errors)
        var named = named
        named[main].1 = references[0]
        if references.count > 1, let last = named.indices.last {
            named[last].1 = flatten([named[last].1, references[1]], name: "\(name)/Failures", spec: spec)
        }
        return named
    }
}

extension TransformDefinition.Inputs {
    fileprivate var isOptional: Bool { if case .optional = self { true } else { false } }
}
