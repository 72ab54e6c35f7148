import Diagnostics
import PipelineSpec

/// A text with `«` and `»` around what a diagnostic should point at.
struct MarkedText {
    let text: String
    /// What stands between the marks.
    let marked: String?
    /// UTF-8 offset of the first mark.
    let start: Int?

    init(_ source: String) {
        let parts = source.split(separator: "«", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            text = source
            marked = nil
            start = nil
            return
        }
        let rest = parts[1].split(separator: "»", maxSplits: 1, omittingEmptySubsequences: false)
        marked = String(rest[0])
        start = parts[0].utf8.count
        text = String(parts[0] + rest.joined())
    }

    /// `code message` and whether the range is the marked one, for each problem.
    func describe(_ diagnostics: [Diagnostic]) -> [String] {
        diagnostics.map { diagnostic in
            let range = diagnostic.range
            let isMarked = range?.start == start && range?.text == marked
            return "\(diagnostic.code.id): \(diagnostic.message)"
                + (isMarked ? "" : " [at \(range?.location ?? "nowhere") '\(range?.text ?? "")']")
        }
    }
}

/// Files in memory.
struct MemoryLoader: TextLoader {
    var files: [String: String] = [:]

    func load(path: String) throws(TextLoadingError) -> [UInt8] {
        guard let text = files[path] else { throw .notFound }
        return Array(text.utf8)
    }
}
