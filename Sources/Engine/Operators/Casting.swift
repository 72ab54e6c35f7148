import DataModel

extension Column {
    /// The same values in another type: to a nullable or `any` type, or between rows, lists and maps of such types.
    ///
    /// Values that do not belong to the type become null; the planner makes types so that there are none.
    func cast(to target: FieldType) -> Column {
        if type == target { return self }
        if case .absent = data { return Column(type: target, count: count, data: .absent) }
        if type.kind == target.kind { return Column(type: target, count: count, validity: validity, data: data) }
        if case .row(let from) = type.kind, case .row(let to) = target.kind, case .row(let children) = data {
            let cast = to.fields.map { field in
                from.index(of: field.name).map { children[$0].cast(to: field.type) }
                    ?? Column.nulls(type: field.type, count: count)
            }
            return Column(type: target, count: count, validity: validity, data: .row(cast))
        }
        if case .list(let element) = target.kind, case .list(let offsets, let box) = data {
            return Column(
                type: target, count: count, validity: validity,
                data: .list(offsets: offsets, elements: ColumnBox(box.column.cast(to: element))))
        }
        var builder = ColumnBuilder(type: target, capacity: count)
        for row in 0..<count { builder.append(value(at: row)) }
        return builder.finish()
    }
}

extension Batch {
    /// The rows in another schema: fields go by name, missing ones are null.
    func cast(to target: Schema) -> Batch {
        if schema == target { return self }
        let columns = target.fields.map { field in
            column(field.name)?.cast(to: field.type) ?? Column.nulls(type: field.type, count: count)
        }
        return with(schema: target, columns: columns)
    }
}
