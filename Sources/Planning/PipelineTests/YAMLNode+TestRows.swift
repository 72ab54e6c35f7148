import DataModel
import PipelineSpec

extension YAMLNode {
    /// The rows below `elements`: a map is a row, anything else the field `element` of one, as for `Create`.
    var testRows: [RowValue] {
        (sequence ?? []).map { item in
            if case .row(let row) = item.testValue(depth: 0) { return row }
            return RowValue(["element": item.testValue(depth: 0)])
        }
    }

    /// The value that was written; maps become rows, which comparisons do not tell from maps.
    private func testValue(depth: Int) -> Value {
        guard depth < 200 else { return .null }
        switch content {
        case .scalar(let scalar): return scalar.value.testValue
        case .sequence(let items): return .list(items.map { $0.testValue(depth: depth + 1) })
        case .mapping(let pairs):
            return .row(
                RowValue(
                    names: pairs.map { $0.key.scalar?.text ?? "" },
                    values: pairs.map { $0.value.testValue(depth: depth + 1) }))
        }
    }
}

extension YAMLScalarValue {
    fileprivate var testValue: Value {
        switch self {
        case .null: .null
        case .bool(let flag): .boolean(flag)
        case .int(let number): .int(number)
        case .bigInt(let digits):
            Int128(digits).map { .decimal(DecimalValue(unscaled: $0, scale: 0)) } ?? .double(Double(digits) ?? .nan)
        case .float(let number): .double(number)
        case .string(let text): .string(text)
        case .binary(let bytes): .bytes(bytes)
        case .timestamp(let timestamp): timestamp.testValue
        }
    }
}

extension YAMLTimestamp {
    fileprivate var testValue: Value {
        let day = Calendar.Day(year: year, month: month, day: day)
        guard let time else { return .date(Calendar.days(day)) }
        let moment = Calendar.Moment(
            day: day, hour: time.hour, minute: time.minute, second: time.second, microsecond: time.microsecond)
        guard let microseconds = Calendar.microseconds(moment) else { return .string(text) }
        return .datetime(DateTimeValue(localMicroseconds: microseconds, offsetSeconds: time.utcOffset))
    }
}
