import DataModel

/// From what a worker sent to what its task promised.
enum ResultBatches {
    /// The column that says which row of the input a row comes from.
    private static let rowField = "__beamstack_row"

    /// Gives the rows of one output their event time, from columns of their own or from the input's rows, and the
    /// promised types.
    static func restored(
        _ sent: Batch, hasRows: Bool, input: Batch, promised: Schema
    ) throws(WorkerFault) -> Batch {
        var sent = sent
        var origin: Buffer<Int64>?
        if hasRows {
            guard case .int64(let rows)? = sent.columns.last?.data, sent.schema.fields.last?.name == rowField
            else { throw .nonsense("a result lacks the rows that it comes from") }
            guard rows.elements.allSatisfy({ $0 >= 0 && $0 < input.count }) else {
                throw .nonsense("a result names rows that its input does not have")
            }
            origin = rows
            sent = sent.with(schema: Schema(sent.schema.fields.dropLast()), columns: sent.columns.dropLast())
        } else if sent.count != input.count {
            throw .nonsense("a result has \(sent.count) rows for \(input.count) of its input")
        }
        let inherited = Batch(
            schema: sent.schema, columns: sent.columns, count: sent.count,
            timestamps: input.timestamps.map { gather($0, origin) },
            windows: input.windows.map {
                WindowColumn(starts: gather($0.starts, origin), ends: gather($0.ends, origin))
            })
        return try conforming(EventTimeColumns.detach(from: inherited), to: promised)
    }

    private static func gather(_ source: Buffer<Int64>, _ rows: Buffer<Int64>?) -> Buffer<Int64> {
        guard let rows else { return source }
        let result = Buffer<Int64>(uninitializedCount: rows.count)
        for position in 0..<rows.count { result.pointer[position] = source[Int(rows[position])] }
        return result
    }

    /// The batch with exactly the fields and types of a schema.
    static func conforming(_ batch: Batch, to schema: Schema) throws(WorkerFault) -> Batch {
        if batch.schema == schema { return batch }
        guard batch.schema.names == schema.names else {
            throw .nonsense(
                "a result has the fields \(batch.schema.names.joined(separator: ", ")) instead of "
                    + schema.names.joined(separator: ", "))
        }
        var columns: [Column] = []
        for (column, field) in zip(batch.columns, schema.fields) {
            guard let fitting = conforming(column, to: field.type) else {
                throw .nonsense("the field '\(field.name)' of a result is \(column.type) instead of \(field.type)")
            }
            columns.append(fitting)
        }
        return batch.with(schema: schema, columns: columns)
    }

    private static func conforming(_ column: Column, to type: FieldType) -> Column? {
        if column.type == type { return column }
        if column.type.kind == type.kind {
            return Column(type: type, count: column.count, validity: column.validity, data: column.data)
        }
        let values = (0..<column.count).map { column.value(at: $0) }
        var builder = ColumnBuilder(type: type, capacity: column.count)
        var fits = true
        for value in values {
            if value.isNull { builder.appendNull() } else if !builder.append(value) { fits = false }
        }
        return fits ? builder.finish() : nil
    }
}
