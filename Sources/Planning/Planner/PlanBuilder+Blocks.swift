import DataModel
import Diagnostics
import PipelineSpec

/// A pipeline, a composite or a chain.
struct Block {
    let isChain: Bool
    let source: TransformSpec?
    let transforms: [TransformSpec]
    let sink: TransformSpec?
    let extraTransforms: [TransformSpec]
    let output: ConnectionSpec
    let windowing: YAMLNode?
    /// In messages.
    let label: String
}

extension PlanBuilder {
    /// Plans the transforms of a block and gives the block's own outputs.
    func plan(
        _ block: Block, inputs: [(name: String, reference: OutputReference)], prefix: String, depth: Int
    ) -> MemberOutputs {
        let chained = (block.source.map { [$0] } ?? []) + block.transforms + (block.sink.map { [$0] } ?? [])
        // As in Beam, a composite with an input whose transforms have no connections is a chain.
        let isChain = block.isChain || !inputs.isEmpty && chained.allSatisfy { !$0.hasConnections }
        let specs = chained + block.extraTransforms
        guard let first = specs.first else { return MemberOutputs(named: []) }
        let names = Self.names(of: specs, isChain: block.isChain)
        let members = specs.enumerated().map { index, spec in
            member(
                spec, name: names[index], previous: isChain && index < chained.count ? index - 1 : nil,
                isSource: index == 0 && block.source != nil, inputs: inputs, windowing: block.windowing)
        }
        let scope = Scope(prefix: prefix, inputs: inputs, members: members)
        warnOfDuplicates(scope)
        let order = scope.order { reportCycle($0, scope) }
        for index in order {
            scope.outputs[index] = plan(scope.members[index], in: scope, depth: depth)
        }
        switch block.output {
        case .absent, .explicitlyNone:
            guard isChain, !chained.isEmpty else { return MemberOutputs(named: []) }
            return scope.outputs[chained.count - 1] ?? MemberOutputs(named: [], isKnown: false)
        case .one(let reference):
            return MemberOutputs(named: [("output", exposed([reference], "output", scope, first, prefix))])
        case .list(let references, _):
            return MemberOutputs(named: [("output", exposed(references, "output", scope, first, prefix))])
        case .map(let entries, _):
            return MemberOutputs(
                named: entries.map { entry in
                    (entry.name.text, exposed(entry.references, entry.name.text, scope, first, prefix))
                })
        }
    }

    private func exposed(
        _ references: [SpecText], _ name: String, _ scope: Scope, _ spec: TransformSpec, _ prefix: String
    ) -> OutputReference {
        let sources = references.map { resolve($0, in: scope, for: spec) }
        guard sources.count != 1 else { return sources[0] }
        return flatten(sources, name: "\(prefix)Flatten[\(name)]", spec: spec)
    }

    /// The names of steps: as written, with the line where a name alone is not enough.
    private static func names(of specs: [TransformSpec], isChain: Bool) -> [String] {
        var counts: [String: Int] = [:]
        for spec in specs { counts[spec.label.text, default: 0] += 1 }
        return specs.map { spec in
            let label = spec.label.text
            guard counts[label, default: 0] > 1, spec.name == nil || isChain else { return label }
            return "\(label) at line \(spec.range.startPosition.line)"
        }
    }

    private func member(
        _ spec: TransformSpec, name: String, previous: Int?, isSource: Bool,
        inputs: [(name: String, reference: OutputReference)], windowing: YAMLNode?
    ) -> Scope.Member {
        var edges: [Scope.Edge] = []
        var isExplicit = isSource && spec.input.isAbsent
        switch spec.input {
        case .absent:
            if let previous, previous >= 0 {
                edges = [Scope.Edge(name: "input", sources: [.member(previous, spec.typeRange)])]
            } else if previous != nil, !isSource {
                edges = inputs.map { Scope.Edge(name: $0.name, sources: [.input($0.reference, spec.typeRange)]) }
            }
        case .explicitlyNone: isExplicit = true
        case .one(let reference): edges = [Scope.Edge(name: "input", sources: [.reference(reference)])]
        case .list(let references, _):
            edges = [Scope.Edge(name: "input", sources: references.map { .reference($0) })]
        case .map(let entries, _):
            edges = entries.map { entry in
                Scope.Edge(name: entry.name.text, sources: entry.references.map { .reference($0) })
            }
        }
        return Scope.Member(
            spec: spec, name: name, edges: edges, isExplicitlyWithoutInput: isExplicit,
            windowing: edges.isEmpty ? windowing : nil)
    }

    private func warnOfDuplicates(_ scope: Scope) {
        let references = scope.members.flatMap(\.edges).flatMap(\.sources).compactMap { source -> String? in
            if case .reference(let reference) = source { reference.text } else { nil }
        }
        var seen: [String: SourceRange] = [:]
        for member in scope.members {
            guard let name = member.spec.name else { continue }
            if let other = seen[name.text] {
                // A reference to it is an error of its own.
                guard !references.contains(where: { $0 == name.text || $0.hasPrefix(name.text + ".") }) else {
                    continue
                }
                report(
                    .duplicateName, severity: .warning, "two transforms are named '\(name.text)'", at: name.range,
                    hint: "give each a name of its own", related: [.init("the other one", at: other)])
            } else {
                seen[name.text] = name.range
            }
        }
    }

    private func reportCycle(_ path: [Int], _ scope: Scope) {
        let names = path.map { scope.members[$0].name }
        let first = scope.members[path[0]]
        // From the transform along what reads it, back to itself.
        let text = ([names[0]] + names.dropFirst().reversed() + [names[0]]).joined(separator: " → ")
        let range = first.edges.flatMap(\.sources).compactMap { source -> SourceRange? in
            guard case .reference(let reference) = source else { return nil }
            guard case .member(let index, _) = scope.lookup(reference.text), path.contains(index) else { return nil }
            return reference.range
        }.first
        report(
            .cycle,
            path.count == 1 ? "'\(names[0])' reads its own output" : "the transforms read each other in a cycle",
            at: range ?? first.spec.label.range, notes: [text], hint: "let one of them read something else")
    }

    // MARK: References

    /// The collection that a reference means; a stand-in after reporting that there is none.
    func resolve(_ reference: SpecText, in scope: Scope, for spec: TransformSpec) -> OutputReference {
        switch scope.lookup(reference.text) {
        case .input(let input):
            markConsumed(input)
            return input
        case .unknown:
            report(
                .unknownInput, "there is no transform '\(reference.text)'", at: reference.range,
                hint: Suggestion.hint(for: reference.text, among: scope.names, listing: "transforms"))
        case .ambiguous(let places):
            report(
                .ambiguousInput, "'\(reference.text)' may be one of \(places.count) transforms", at: reference.range,
                hint: "give each of them a 'name' of its own and refer to that",
                related: places.map { .init("one of them", at: $0) })
        case .member(let index, let output):
            if services.options.portable, output == nil, reference.text.utf8.contains(UInt8(ascii: ".")) {
                report(
                    .notPortable, severity: .warning, "Beam cannot refer to a name with a dot", at: reference.range,
                    hint: "give the transform a name without dots")
            }
            // A member that is not planned yet is part of a cycle, which has been reported.
            guard let outputs = scope.outputs[index] else { break }
            return select(output, of: outputs, named: scope.members[index].name, at: reference.range, for: spec)
        }
        return missingCollection(for: spec)
    }

    func select(
        _ output: String?, of outputs: MemberOutputs, named name: String, at range: SourceRange,
        for spec: TransformSpec
    ) -> OutputReference {
        let names = outputs.named.map(\.name)
        let found = output.map { outputs.reference(named: $0) } ?? outputs.main
        if let found {
            markConsumed(found)
            return found
        }
        guard outputs.isKnown else { return missingCollection(for: spec) }
        if let output {
            report(
                .unknownOutput, "'\(name)' has no output '\(output)'", at: range,
                hint: names.isEmpty
                    ? "it has no outputs" : Suggestion.hint(for: output, among: names, listing: "outputs"))
        } else if names.isEmpty {
            report(
                .unknownOutput, "'\(name)' has no output to read", at: range,
                hint: "read the transform before it instead")
        } else {
            report(
                .ambiguousOutput, "'\(name)' has \(names.count) outputs", at: range,
                hint: "name one: " + names.map { "'\(name).\($0)'" }.joined(separator: ", "))
        }
        return missingCollection(for: spec)
    }

    /// An implied Flatten.
    func flatten(_ sources: [OutputReference], name: String, spec: TransformSpec) -> OutputReference {
        let schemas = sources.compactMap { self[$0].schema }
        let schema =
            schemas.count == sources.count
            ? schemas.first.map { schemas.dropFirst().reduce($0) { $0 == $1 ? $0 : $0.union($1) } } : nil
        let inputs = sources.enumerated().map { StepInput(name: "input\($0.offset)", source: $0.element) }
        let operation: Operation =
            schema == nil
            ? .foreign(
                ForeignOperation(
                    requirement: "schema", reason: "the fields of its inputs are known only when they run",
                    range: spec.typeRange)) : .flatten
        return add(
            name: name, spec: spec, transform: "Flatten", operation: operation, inputs: inputs,
            outputs: [
                StepOutput(
                    name: "output", schema: schema, windowing: sources.first.map { self[$0].windowing } ?? .global,
                    bareElement: Set(sources.map { self[$0].bareElement }).count == 1
                        ? self[sources[0]].bareElement : nil)
            ])[0]
    }
}

extension TransformSpec {
    /// Whether it names an input or an output.
    fileprivate var hasConnections: Bool {
        !input.references.isEmpty || !output.references.isEmpty
    }
}
