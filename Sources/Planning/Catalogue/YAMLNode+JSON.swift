import Diagnostics
import PipelineSpec

extension YAMLNode {
    /// The node as JSON, for a worker; dates and bytes as the text that was written.
    var json: JSONText {
        if let pairs = mapping {
            return .object(pairs.map { JSONText.Member($0.key.scalar?.text ?? "", $0.value.json) })
        }
        if let items = sequence { return .array(items.map(\.json)) }
        return switch scalar?.value {
        case .bool(let flag)?: .boolean(flag)
        case .int(let number)?: .integer(number)
        case .float(let number)?: .number(number)
        case .null?, .none: .null
        default: .string(scalar?.text ?? "")
        }
    }

    /// Where the node and all that is in it stand.
    func places(at path: [String] = []) -> [WorkerTask.Place] {
        var places = [WorkerTask.Place(path: path, range: firstLine)]
        for pair in mapping ?? [] { places += pair.value.places(at: path + [pair.key.scalar?.text ?? ""]) }
        for (index, item) in (sequence ?? []).enumerated() { places += item.places(at: path + [String(index)]) }
        return places
    }
}
