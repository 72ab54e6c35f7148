import DataModel
import Diagnostics
import Engine
import Planning

/// How the columns of a file become the fields of the schema.
struct CSVLayout: Sendable {
    enum Origin: Sendable {
        /// The file's column of this number.
        case column(Int)
        /// No step uses it.
        case unused
        /// The file lacks it.
        case missing
        /// The path of the file.
        case fileName
    }

    let path: String
    let columnCount: Int
    /// One a field of the schema.
    let origins: [Origin]
}

/// A block of a CSV file.
struct CSVMorsel: Morsel {
    let block: Block
    let layout: CSVLayout
    let schema: Schema
    let dialect: CSVDialect
    let context: ReadContext
    let pool: BlockPool

    var byteCount: Int { block.end }

    func parse() throws -> Batch {
        defer { pool.giveBack(block) }
        let sinks = layout.origins.enumerated().map { field, origin in
            if case .column(let column) = origin {
                CSVColumnSink(column: column, type: schema.fields[field].type)
            } else {
                CSVColumnSink?.none
            }
        }
        if sinks.contains(where: { $0?.type.kind == .string }) { try checkEncoding() }
        var index = CSVFieldIndex(block: block, fieldCount: layout.columnCount, dialect: dialect)
        defer { index.deallocate() }
        var rows = 0
        while try advance(&index) {
            rows += index.rowCount
            let done = max(1, index.position - block.start)
            let expected = Int(Double(rows) * Double(block.end - block.start) / Double(done) * 1.02) + 8
            for (field, sink) in sinks.enumerated() {
                do throws(CSVMisfit) {
                    try sink?.append(index, expectedRows: expected)
                } catch {
                    throw drift(error, field: schema.fields[field])
                }
            }
        }
        let columns = schema.fields.indices.map { field -> Column in
            let type = schema.fields[field].type
            return switch layout.origins[field] {
            case .column: sinks[field]?.finish() ?? .absent(type: type, count: rows)
            case .unused: .absent(type: type, count: rows)
            case .missing: .nulls(type: type, count: rows)
            case .fileName: .constant(.string(layout.path), type: type, count: rows)
            }
        }
        return Batch(schema: schema, columns: columns, count: rows)
    }

    private func advance(_ index: inout CSVFieldIndex) throws(Diagnostic) -> Bool {
        do throws(CSVFieldIndex.Problem) {
            return try index.advance()
        } catch {
            throw CSVProblem.diagnostic(error, layout, blockOffset: block.fileOffset, context)
        }
    }

    private func drift(_ misfit: CSVMisfit, field: Field) -> any Error {
        let place = context.place(file: layout.path, offset: block.fileOffset + Int64(misfit.position))
        if case .csv(let options) = context.read.format, options.types[field.name] != nil {
            return context.problem(
                .valueOutsideType, "\(place): '\(misfit.text)' in column '\(field.name)' is not \(field.type)",
                hint: "mend the value, or change the column's type in 'dtype'")
        }
        return SchemaDrift(
            pattern: context.read.pattern, field: field.name, plannedType: field.type,
            neededType: FieldType(misfit.needed, isNullable: true), evidence: "\(place): '\(misfit.text)'")
    }

    private func checkEncoding() throws(Diagnostic) {
        guard let place = block.firstInvalidUTF8() else { return }
        throw CSVProblem.invalidText(at: place, block, layout, dialect, context)
    }
}
