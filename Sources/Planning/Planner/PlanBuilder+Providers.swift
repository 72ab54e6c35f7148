import Diagnostics
import PipelineSpec

/// A transform that a provider of the pipeline defines.
enum ProvidedTransform {
    case yaml(ProviderSpec.YAMLTransform)
    case foreign(requirement: String, reason: String, code: String?, dependencies: [String], range: SourceRange)

    /// By name; of several definitions the first counts.
    static func all(of providers: [ProviderSpec]) -> [String: ProvidedTransform] {
        var all: [String: ProvidedTransform] = [:]
        for provider in providers {
            for transform in provider.yamlTransforms where all[transform.name.text] == nil {
                all[transform.name.text] = .yaml(transform)
            }
            guard provider.type.text != "yaml" else { continue }
            var type = provider.type.text
            if type == "renaming" { type = provider.config?["underlying_provider"]?["type"]?.string ?? type }
            let requirement =
                switch type {
                case "python", "pythonPackage": "python"
                case "javaJar", "mavenJar", "beamJar": "java"
                default: type
                }
            let dependencies = provider.config?["packages"]?.sequence?.compactMap(\.string) ?? []
            for transform in provider.transforms where all[transform.name.text] == nil {
                all[transform.name.text] = .foreign(
                    requirement: requirement, reason: "comes from a provider of type '\(type)'",
                    code: transform.value.string, dependencies: dependencies, range: transform.name.range)
            }
        }
        return all
    }
}

extension PlanBuilder {
    func plan(
        _ provided: ProvidedTransform, _ spec: TransformSpec, name: String, inputs: [Input], isExplicit: Bool,
        depth: Int
    ) -> MemberOutputs {
        switch provided {
        case .foreign("python", _, let code?, let packages, let range):
            let definition = TransformDefinition(
                spec.type.text, category: "Providers", summary: "comes from a Python provider", inputs: .optional,
                supportsErrorHandling: true, checksParameters: false
            ) { context in
                PythonTransforms.provided(
                    context, name: spec.type.text, code: code, packages: packages, range: range)
            }
            return leaf(
                definition, spec, name: name, inputs: inputs, isExplicit: isExplicit || spec.type.text.hasPrefix("Read")
            )
        case .foreign(let requirement, let reason, let code, let dependencies, _):
            let errors = errorHandling(spec)
            var outputs = [StepOutput(name: "output", schema: nil)]
            if let handling = errors.handling {
                outputs.append(StepOutput(name: handling.output, schema: nil, isErrorOutput: true))
            }
            let operation = ForeignOperation(
                requirement: requirement, reason: "'\(spec.type.text)' \(reason)", range: spec.typeRange, code: code,
                dependencies: dependencies)
            let references = add(
                name: name, spec: spec, operation: .foreign(operation),
                inputs: inputs.map { StepInput(name: $0.name, source: $0.reference) }, outputs: outputs,
                errorHandling: errors.handling, hints: resourceHints(spec.resourceHints))
            if let handling = errors.handling, let range = errors.range {
                addErrorOutput(references[1], name: "\(spec.label.text).\(handling.output)", at: range)
            }
            // What else comes out of it, nobody here knows.
            return MemberOutputs(
                named: zip(outputs, references).map { ($0.name, $1) }, errorName: errors.handling?.output)
        case .yaml(let transform):
            if transform.requiresInputs, inputs.isEmpty, !isExplicit {
                report(
                    .missingInput, "'\(spec.type.text)' has no input", at: spec.label.range,
                    hint: "add 'input: NAME', or 'requires_inputs: false' to its definition")
                return MemberOutputs(named: [], isKnown: false)
            }
            guard let arguments = arguments(of: spec, for: transform) else {
                return MemberOutputs(named: [], isKnown: false)
            }
            let reader = DocumentReader(loader: services.loader)
            let (body, problems) = reader.instantiate(transform, arguments: arguments)
            report(
                problems.map { problem in
                    var problem = problem
                    problem.related.append(.init("used here", at: spec.typeRange))
                    return problem
                })
            guard let body else { return MemberOutputs(named: [], isKnown: false) }
            return expand(body, spec, name: name, inputs: inputs, depth: depth)
        }
    }

    private func expand(
        _ body: TransformSpec, _ spec: TransformSpec, name: String, inputs: [Input], depth: Int
    ) -> MemberOutputs {
        let named = inputs.map { (name: $0.name, reference: $0.reference) }
        guard body.isComposite || body.isChain else {
            let edges = inputs.map { Scope.Edge(name: $0.name, sources: [.input($0.reference, $0.range)]) }
            let member = Scope.Member(
                spec: body, name: name, edges: edges, isExplicitlyWithoutInput: inputs.isEmpty, windowing: nil)
            return plan(member, in: Scope(prefix: "", inputs: named, members: [member]), depth: depth + 1)
        }
        return plan(
            Block(
                isChain: body.isChain, source: body.source, transforms: body.transforms, sink: body.sink,
                extraTransforms: body.extraTransforms, output: body.output, windowing: body.windowing,
                label: "'\(name)'"), inputs: named, prefix: name + "/", depth: depth + 1)
    }

    /// The values of a template's parameters; `nil` after reporting what is wrong.
    private func arguments(
        of spec: TransformSpec, for transform: ProviderSpec.YAMLTransform
    ) -> [String: TemplateValue]? {
        let properties = transform.configSchema?["properties"]?.mapping ?? []
        let names = properties.compactMap { $0.key.scalar?.text }
        var arguments: [String: TemplateValue] = [:]
        var isValid = true
        for pair in spec.config?.mapping ?? [] {
            let key = pair.key.scalar?.text ?? ""
            guard names.contains(key) else {
                report(
                    .unknownParameter, "'\(spec.type.text)' has no parameter '\(key)'", at: pair.key.range,
                    hint: Suggestion.hint(for: key, among: names, listing: "parameters") ?? "it takes none")
                isValid = false
                continue
            }
            arguments[key] = TemplateValue(pair.value)
        }
        let required = transform.configSchema?["required"]?.sequence?.compactMap(\.string) ?? []
        for name in required where arguments[name] == nil {
            report(
                .missingParameter, "'\(spec.type.text)' needs the parameter '\(name)'", at: spec.typeRange,
                hint: "add '\(name)' below 'config'")
            isValid = false
        }
        for property in properties {
            guard let name = property.key.scalar?.text, arguments[name] == nil else { continue }
            if let value = property.value["default"] { arguments[name] = TemplateValue(value) }
        }
        return isValid ? arguments : nil
    }
}
