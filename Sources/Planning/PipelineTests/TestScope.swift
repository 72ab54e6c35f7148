import Diagnostics
import PipelineSpec

/// The transforms that a test can name, those of the pipeline's top level, with their connections spelled out.
struct TestScope {
    /// One transform and what it reads.
    struct Member {
        /// By which others refer to it.
        let name: SpecText
        let spec: TransformSpec
        /// Explicit also where a chain implies them.
        let input: ConnectionSpec
    }

    /// An output of a member; no name means the default output.
    struct Target: Hashable {
        let member: Int
        let output: String?
    }

    enum Lookup {
        case found(Target)
        case unknown
        case ambiguous([SourceRange])
    }

    let members: [Member]

    init(_ pipeline: PipelineBlock) {
        let chained =
            (pipeline.source.map { [$0] } ?? []) + pipeline.transforms + (pipeline.sink.map { [$0] } ?? [])
        let specs = chained + pipeline.extraTransforms
        var members: [Member] = []
        for (index, spec) in specs.enumerated() {
            let written = spec.name ?? spec.type
            let twins = specs.filter { [$0.name?.text, $0.type.text].contains(written.text) }.count
            let name =
                twins == 1 || spec.name != nil && !pipeline.isChain
                ? written : SpecText("\(written.text) at line \(spec.range.startPosition.line)", at: written.range)
            var input = spec.input
            if index == 0, pipeline.source != nil, input.isAbsent { input = .explicitlyNone(spec.range) }
            if pipeline.isChain, index > 0, index < chained.count, let previous = members.last {
                input = .one(SpecText(previous.name.text, at: spec.type.range))
            }
            members.append(Member(name: name, spec: spec, input: input))
        }
        self.members = members
    }

    /// What a reference means: the whole text as a name first, then the part before the last dot.
    func lookup(_ reference: String) -> Lookup {
        let whole = find(reference)
        if !whole.isEmpty { return result(whole, output: nil) }
        guard let dot = reference.lastIndex(of: ".") else { return .unknown }
        return result(find(String(reference[..<dot])), output: String(reference[reference.index(after: dot)...]))
    }

    private func result(_ found: [Int], output: String?) -> Lookup {
        if found.count > 1 { return .ambiguous(found.map { (members[$0].spec.name ?? members[$0].spec.type).range }) }
        return found.first.map { .found(Target(member: $0, output: output)) } ?? .unknown
    }

    private func find(_ name: String) -> [Int] {
        let exact = members.indices.filter { members[$0].name.text.utf8.elementsEqual(name.utf8) }
        if exact.count == 1 { return exact }
        return members.indices.filter { index in
            let spec = members[index].spec
            return [members[index].name.text, spec.name?.text, spec.type.text].contains {
                $0?.utf8.elementsEqual(name.utf8) ?? false
            }
        }
    }

    /// The names that a test may use.
    var names: [String] { members.map { ($0.spec.name ?? $0.spec.type).text } }
}
