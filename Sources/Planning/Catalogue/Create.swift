import DataModel
import Diagnostics
import PipelineSpec

extension TransformDefinition {
    static let create = TransformDefinition(
        "Create", category: "Sources", summary: "rows written down in the pipeline",
        documentation: """
            Maps become rows; any other value becomes a row with the single field `element`. A field that some rows
            lack is null there.
            """,
        example: """
            type: Create
            config:
              elements:
                - {name: Ada, born: 1815}
                - {name: Alan, born: 1912}
            """,
        inputs: .none,
        parameters: [
            Parameter("elements", .elements, required: true, "The rows."),
            Parameter("reshuffle", .boolean, default: "true", "Accepted for Beam; it does not change the result."),
        ]
    ) { context in
        guard let items = context["elements"]?.sequence else { return nil }
        let rows = ElementReader.rows(items, context: context)
        var schema = Schema.empty
        var names: [String] = []
        var positions: [String: Int] = [:]
        for row in rows {
            for name in row.names where positions[name] == nil {
                positions[name] = names.count
                names.append(name)
            }
        }
        schema = Schema(
            names.map { name in
                Field(name, Value.commonType(of: rows.map { $0[name] ?? .null }))
            })
        return StepResult(.create(rows: rows), schema: schema)
    }
}

/// Values that a pipeline writes down.
enum ElementReader {
    /// One row an item: a map is a row, anything else its field `element`.
    static func rows(_ items: [YAMLNode], context: StepContext) -> [RowValue] {
        items.map { item in
            if case .row(let row) = value(item, report: context) { return row }
            return RowValue(["element": value(item, report: context)])
        }
    }

    /// Maps are rows. What only Beamstack accepts is reported to the context.
    static func value(_ node: YAMLNode, report context: StepContext?, depth: Int = 0) -> Value {
        guard depth < 200 else { return .null }
        switch node.content {
        case .sequence(let items): return .list(items.map { value($0, report: context, depth: depth + 1) })
        case .mapping(let pairs):
            return .row(
                RowValue(
                    names: pairs.map { $0.key.scalar?.text ?? "" },
                    values: pairs.map { value($0.value, report: context, depth: depth + 1) }))
        case .scalar(let scalar):
            switch scalar.value {
            case .null: return .null
            case .bool(let flag): return .boolean(flag)
            case .int(let number): return .int(number)
            case .bigInt(let digits):
                context?.report(
                    .wrongParameterType, "the integer \(digits) has more than 64 bits", at: node.range,
                    hint: "write it in quotes, as a string")
                return .double(Double(digits) ?? .nan)
            case .float(let number): return .double(number)
            case .string(let text): return .string(text)
            case .binary(let bytes):
                context?.reportNotPortable("Beam cannot create binary data", at: node.range)
                return .bytes(bytes)
            case .timestamp(let timestamp):
                context?.reportNotPortable(
                    "Beam cannot create dates", at: node.range, hint: "write it in quotes, as a string")
                return value(timestamp)
            }
        }
    }

    private static func value(_ timestamp: YAMLTimestamp) -> Value {
        let day = Calendar.Day(year: timestamp.year, month: timestamp.month, day: timestamp.day)
        guard let time = timestamp.time else { return .date(Calendar.days(day)) }
        let moment = Calendar.Moment(
            day: day, hour: time.hour, minute: time.minute, second: time.second, microsecond: time.microsecond)
        guard let microseconds = Calendar.microseconds(moment) else { return .string(timestamp.text) }
        return .datetime(DateTimeValue(localMicroseconds: microseconds, offsetSeconds: time.utcOffset))
    }
}
