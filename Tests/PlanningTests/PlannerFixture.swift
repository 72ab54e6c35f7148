import DataModel
import Diagnostics
import PipelineSpec

@testable import Planning

/// Files by pattern, with the schemas that a test gives them.
struct MemoryInspector: SourceInspector {
    var schemas: [String: Schema] = [
        "orders.csv": Schema([
            Field("id", .int64), Field("shop", .string), Field("price", .double), Field("note", .string.nullable),
            Field("tags", .list(.string)),
        ]),
        "shops.csv": Schema([Field("code", .string), Field("city", .string), Field("id", .int64)]),
    ]

    func schema(of read: ReadOperation) throws(Diagnostic) -> Schema {
        switch read.format {
        case .text: return Schema([Field("line", .string)])
        case .tfrecord: return Schema([Field("record", .bytes)])
        default: break
        }
        if let schema = schemas[read.pattern] { return schema }
        let code = DiagnosticCode("no-file-matches", "no file", "")
        throw Diagnostic(code, "no file matches '\(read.pattern)'", at: read.range)
    }
}

struct MemoryTexts: TextLoader {
    var files: [String: String] = [:]

    func load(path: String) throws(TextLoadingError) -> [UInt8] {
        guard let text = files[path] else { throw .notFound }
        return Array(text.utf8)
    }
}

/// Plans texts. Where a text has `«…»`, that is what a diagnostic should point at.
struct PlannerFixture {
    var options = PlanningOptions()
    var files: [String: String] = [:]

    /// The plan, each diagnostic as `code: message` with its place unless that is the marked one, and its hint.
    func plan(_ marked: String) -> (plan: Plan?, problems: [String], diagnostics: [Diagnostic]) {
        let start = marked.utf8.firstRange(of: "«".utf8)?.lowerBound.utf16Offset(in: marked)
        let pieces = marked.split(separator: "«", maxSplits: 1, omittingEmptySubsequences: false)
        var text = marked
        var place: (start: Int, text: String)?
        if start != nil, pieces.count == 2 {
            let rest = pieces[1].split(separator: "»", maxSplits: 1, omittingEmptySubsequences: false)
            text = String(pieces[0] + rest.joined())
            place = (pieces[0].utf8.count, String(rest[0]))
        }
        let loader = MemoryTexts(files: files)
        let (document, problems) = DocumentReader(loader: loader).read(text: text, path: "dir/test.yaml")
        guard let document else { return (nil, problems.map { "\($0.code.id): \($0.message)" }, problems) }
        let (plan, found) = Planner(inspector: MemoryInspector(), options: options, loader: loader).plan(document)
        let all = problems + found
        let texts = all.map { problem in
            let isMarked = problem.range?.start == place?.start && problem.range?.text == place?.text
            return "\(problem.code.id): \(problem.message)"
                + (isMarked ? "" : " [at \(problem.range?.location ?? "nowhere") '\(problem.range?.text ?? "")']")
        }
        return (plan, texts, all)
    }

    /// A chain that reads `orders.csv`, then the transforms given.
    static func orders(_ transforms: String) -> String {
        let body = transforms.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
        return "pipeline:\n  type: chain\n  transforms:\n    - {type: ReadFromCsv, config: {path: orders.csv}}\n"
            + body.joined(separator: "\n") + "\n"
    }

    static func composite(_ transforms: String) -> String {
        let body = transforms.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
        return "pipeline:\n  transforms:\n    - {type: ReadFromCsv, name: Orders, config: {path: orders.csv}}\n"
            + body.joined(separator: "\n") + "\n"
    }
}
