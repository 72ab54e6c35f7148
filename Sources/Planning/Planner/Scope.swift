import Diagnostics
import PipelineSpec

/// The transforms of one block, which refer to each other by name.
final class Scope {
    /// One input of a member and where it comes from; several sources are flattened.
    struct Edge {
        let name: String
        let sources: [Source]
    }

    enum Source {
        case reference(SpecText)
        /// What a chain implies: the default output of another member.
        case member(Int, SourceRange)
        /// An input of the block itself.
        case input(OutputReference, SourceRange)
    }

    struct Member {
        let spec: TransformSpec
        /// Unique in the scope.
        let name: String
        let edges: [Edge]
        let isExplicitlyWithoutInput: Bool
        /// Windowing that the block gives to its roots.
        let windowing: YAMLNode?
    }

    enum Lookup {
        case input(OutputReference)
        case member(Int, output: String?)
        case unknown
        case ambiguous([SourceRange])
    }

    /// `Composite/`, or nothing.
    let prefix: String
    let inputs: [(name: String, reference: OutputReference)]
    let members: [Member]
    // Keys are UTF-8: names that Unicode holds equal are two names.
    private let membersByLabel: [[UInt8]: [Int]]
    private let membersByStepName: [[UInt8]: [Int]]
    private let membersByType: [[UInt8]: [Int]]
    /// Of the members planned so far.
    var outputs: [MemberOutputs?]

    init(prefix: String, inputs: [(name: String, reference: OutputReference)], members: [Member]) {
        self.prefix = prefix
        self.inputs = inputs
        self.members = members
        membersByLabel = Dictionary(grouping: members.indices) { Array(members[$0].spec.label.text.utf8) }
        membersByStepName = Dictionary(grouping: members.indices) { Array(members[$0].name.utf8) }
        membersByType = Dictionary(grouping: members.indices) { Array(members[$0].spec.type.text.utf8) }
        outputs = Array(repeating: nil, count: members.count)
    }

    /// What a reference means: an input of the block, a name, then what stands before the last dot.
    func lookup(_ reference: String) -> Lookup {
        if let input = inputs.first(where: { $0.name.utf8.elementsEqual(reference.utf8) }) {
            return .input(input.reference)
        }
        let whole = find(reference)
        if !whole.isEmpty { return result(whole, output: nil) }
        guard let dot = reference.utf8.lastIndex(of: UInt8(ascii: ".")) else { return .unknown }
        return result(find(String(reference[..<dot])), output: String(reference[reference.index(after: dot)...]))
    }

    private func result(_ found: [Int], output: String?) -> Lookup {
        if found.count > 1 { return .ambiguous(found.map { members[$0].spec.label.range }) }
        return found.first.map { .member($0, output: output) } ?? .unknown
    }

    /// By name, or by type where there is no name; else by the type of transforms with other names.
    private func find(_ name: String) -> [Int] {
        let key = Array(name.utf8)
        return membersByLabel[key] ?? membersByStepName[key] ?? membersByType[key] ?? []
    }

    /// What a reference may be.
    var names: [String] {
        var seen: Set<String> = []
        return (inputs.map(\.name) + members.map(\.spec.label.text)).filter { seen.insert($0).inserted }
    }

    /// The members with each behind those that it reads, in the order of the file as far as that goes.
    ///
    /// - Parameter cycle: called with each path of members that leads back to its start.
    func order(cycle: ([Int]) -> Void) -> [Int] {
        enum State { case new, open, done }
        let dependencies = members.map { member in
            member.edges.flatMap(\.sources).compactMap { source -> Int? in
                switch source {
                case .input: return nil
                case .member(let index, _): return index
                case .reference(let reference):
                    if case .member(let index, _) = lookup(reference.text) { return index }
                    return nil
                }
            }
        }
        var states = [State](repeating: .new, count: members.count)
        var order: [Int] = []
        for root in members.indices where states[root] == .new {
            // An explicit stack: a chain of references may be longer than the thread's.
            var path: [(member: Int, next: Int)] = [(root, 0)]
            states[root] = .open
            while let top = path.last {
                guard top.next < dependencies[top.member].count else {
                    states[top.member] = .done
                    order.append(top.member)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let dependency = dependencies[top.member][top.next]
                switch states[dependency] {
                case .done: break
                case .new:
                    states[dependency] = .open
                    path.append((dependency, 0))
                case .open:
                    let start = path.firstIndex { $0.member == dependency } ?? 0
                    cycle(path[start...].map(\.member))
                }
            }
        }
        return order
    }
}

/// The collections that a transform gives to others.
struct MemberOutputs {
    var named: [(name: String, reference: OutputReference)]
    /// The output of failing rows.
    var errorName: String?
    /// Whether the outputs are what the transform has; not so after an error.
    var isKnown = true

    /// The only output, or the only one that does not hold failures.
    var main: OutputReference? {
        let good = named.count == 2 ? named.filter { $0.name != errorName } : named
        return good.count == 1 ? good[0].reference : nil
    }

    func reference(named name: String) -> OutputReference? {
        if let output = named.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return output.reference }
        // Beam calls the main output of a leaf `out`, and `good` beside an error output.
        return name == "good" && errorName != nil || name == "out" && named.count == 1 ? main : nil
    }
}

extension TransformSpec {
    /// By which others refer to it.
    var label: SpecText { name ?? type }
}
