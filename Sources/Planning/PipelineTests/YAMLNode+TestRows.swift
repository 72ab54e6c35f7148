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
        guard let time else { return .date(daysSinceEpoch) }
        let seconds = Int64(daysSinceEpoch) * 86_400 + Int64(time.hour * 3600 + time.minute * 60 + time.second)
        return .datetime(
            DateTimeValue(
                localMicroseconds: seconds * 1_000_000 + Int64(time.microsecond), offsetSeconds: time.utcOffset))
    }

    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    private var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
