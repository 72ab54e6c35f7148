import DataModel
import Diagnostics
import Engine
import Planning

/// A block of JSON objects: one a line, or separated by commas.
struct JSONMorsel: Morsel {
    let block: Block
    let path: String
    let isLines: Bool
    let schema: Schema
    let neededFields: Set<Int>
    let keys: JSONKeys
    let context: ReadContext
    let pool: BlockPool

    var byteCount: Int { block.end - block.start }

    func parse() throws -> Batch {
        defer { pool.giveBack(block) }
        if let place = block.firstInvalidUTF8() {
            throw JSONProblem.diagnostic(
                .invalidUTF8, UTF8Validation.message(block.memory[place]), at: place, block, path, context)
        }
        let rowLimit = countRows()
        let textFields = max(1, schema.fields.count { $0.type.kind == .string })
        var sinks = schema.fields.enumerated().map { index, field in
            JSONSink(
                type: field.type, isNeeded: neededFields.contains(index), capacity: rowLimit,
                byteEstimate: (block.end - block.start) / (textFields + 1))
        }
        var cursor = JSONCursor(base: block.memory, end: block.end, isLines: isLines, position: block.start)
        let rows = try sinks.withUnsafeMutableBufferPointer { sinks in
            var rowParser = JSONRowParser(sinks: sinks, keys: keys)
            do throws(JSONFailure) {
                while try rowParser.next(&cursor) {}
            } catch {
                throw JSONProblem.diagnostic(.invalidJSON, error.message, at: error.position, block, path, context)
            }
            if let misfit = rowParser.misfit { throw try drift(misfit) }
            return rowParser.rows
        }
        return Batch(
            schema: schema, columns: sinks.indices.map { sinks[$0].finish(rows: rows) }, count: rows)
    }

    /// At least as many as there are: each object begins with a brace, each line holds one.
    private func countRows() -> Int {
        let wanted = SIMD16<UInt8>(repeating: UInt8(ascii: isLines ? "\n" : "{"))
        var count = 1
        var index = block.start
        while index < block.end {
            // What stands behind the end counts, too: an upper bound is enough.
            count &+= Word.matches(block.memory + index, wanted, wanted).nonzeroBitCount
            index &+= 64
        }
        return count
    }

    /// The type that the field has to have: its value is read once more for what it is.
    private func drift(_ misfit: JSONRowParser.Misfit) throws -> SchemaDrift {
        var cursor = JSONCursor(base: block.memory, end: block.end, isLines: isLines, position: misfit.position)
        let value: Value
        do throws(JSONFailure) {
            value = try cursor.value(as: .any)
        } catch {
            throw JSONProblem.diagnostic(.invalidJSON, error.message, at: error.position, block, path, context)
        }
        let text = UnsafeBufferPointer(
            start: block.memory + misfit.position, count: cursor.position - misfit.position)
        let planned = schema[misfit.field]?.type
        let found = JSONShape(value)
        var needed = planned.map { JSONShape($0).joined(found).type } ?? found.type
        // A large integer among doubles: only a column of both keeps it.
        if needed == planned { needed = .any }
        let place = context.place(file: path, offset: block.fileOffset + Int64(misfit.position))
        return SchemaDrift(
            pattern: context.read.pattern, field: misfit.field, plannedType: planned ?? .any, neededType: needed,
            evidence: "\(place): \(text.excerpt)")
    }
}

/// Diagnostics about JSON text.
enum JSONProblem {
    static func diagnostic(
        _ code: DiagnosticCode, _ message: String, at position: Int, _ block: Block, _ path: String,
        _ context: ReadContext
    ) -> Diagnostic {
        let position = min(max(position, 0), block.end)
        var lineStart = position
        while lineStart > 0, block.memory[lineStart - 1] != UInt8(ascii: "\n") { lineStart -= 1 }
        let before = UnsafeBufferPointer(start: block.memory + lineStart, count: position - lineStart)
        let column = before.count { $0 & 0xC0 != 0x80 } + 1
        let place = context.place(file: path, offset: block.fileOffset + Int64(position))
        return context.problem(
            code, "\(place) column \(column): \(message)",
            hint: code == .invalidUTF8
                ? UTF8Validation.hint()
                : "each line must be one JSON object; set 'lines: false' for a file that is one array")
    }
}
