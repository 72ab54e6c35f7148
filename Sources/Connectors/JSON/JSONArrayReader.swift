import Diagnostics
import Engine
import Planning
import Platform

/// Cuts a file that is one array into blocks of whole elements. The file is held in memory.
final class JSONArrayReader {
    /// Larger files should hold one object a line.
    static let maximumSize = 1 << 30

    private let whole: Block
    private let path: String
    private let context: ReadContext
    private let blockSize: Int
    private var position = 0
    private var isOpen = false
    private var isDone = false

    init(path: String, context: ReadContext, blockSize: Int) throws(Diagnostic) {
        self.path = path
        self.context = context
        self.blockSize = blockSize
        let file = try InputFile(path, context)
        whole = Block(capacity: max(64, blockSize))
        while true {
            if whole.end == whole.capacity { whole.grow(to: whole.capacity * 2) }
            let count = try file.read(into: whole.memory + whole.end, count: whole.capacity - whole.end)
            if count == 0 { break }
            whole.end += count
            guard whole.end <= Self.maximumSize else {
                throw context.problem(
                    .recordTooLong, "'\(path)' is one JSON array of more than \(Self.maximumSize >> 30) GiB",
                    hint: "write one object a line and drop 'lines: false', such as with 'jq -c .[]'")
            }
        }
        if whole.end >= 3, whole.memory[0] == 0xEF, whole.memory[1] == 0xBB, whole.memory[2] == 0xBF { position = 3 }
    }

    func next() throws(Diagnostic) -> Block? {
        if isDone { return nil }
        var cursor = JSONCursor(base: whole.memory, end: whole.end, isLines: false, position: position)
        do throws(JSONFailure) {
            cursor.skipBlanks()
            if !isOpen {
                if cursor.position == cursor.end {
                    isDone = true
                    return nil
                }
                guard cursor.consume("[") else { throw cursor.expected("'['") }
                isOpen = true
            }
            return try elements(&cursor)
        } catch {
            let problem = JSONProblem.diagnostic(.invalidJSON, error.message, at: error.position, whole, path, context)
            throw problem.with(hint: "with 'lines: false' the file must be one array of objects")
        }
    }

    /// The elements up to about a block's size.
    private func elements(_ cursor: inout JSONCursor) throws(JSONFailure) -> Block? {
        cursor.skipBlanks()
        let start = cursor.position
        var end = start
        while true {
            cursor.skipBlanks()
            if end == start, cursor.consume("]") {
                try finish(&cursor)
                return nil
            }
            try cursor.skipValue()
            end = cursor.position
            cursor.skipBlanks()
            if cursor.consume("]") {
                try finish(&cursor)
                break
            }
            guard cursor.consume(",") else { throw cursor.expected("',' or ']'") }
            position = cursor.position
            if end - start >= blockSize { break }
        }
        let block = Block(capacity: max(1, end - start))
        block.append(whole.memory + start, count: end - start)
        block.fileOffset = Int64(start)
        return block
    }

    private func finish(_ cursor: inout JSONCursor) throws(JSONFailure) {
        isDone = true
        cursor.skipBlanks()
        guard cursor.position == cursor.end else { throw cursor.expected("the end of the file") }
    }
}

extension Diagnostic {
    func with(hint: String) -> Diagnostic {
        var changed = self
        changed.hint = hint
        return changed
    }
}
