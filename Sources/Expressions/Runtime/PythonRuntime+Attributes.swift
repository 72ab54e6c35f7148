import DataModel

extension PythonRuntime {
    /// `value.name`: the fields of rows and the data attributes of dates and times.
    static func attribute(_ value: Value, _ name: String) throws(PythonError) -> Value {
        if let found = dataAttribute(value, name) { return found }
        throw missingAttribute(value, name)
    }

    static func missingAttribute(_ value: Value, _ name: String) -> PythonError {
        .attributeError("'\(typeName(value))' object has no attribute '\(name)'")
    }

    private static func dataAttribute(_ value: Value, _ name: String) -> Value? {
        switch value {
        case .row(let row): return row[name]
        case .timestamp(let micros):
            return name == "micros" ? .int(micros) : nil
        case .duration(let micros):
            let parts = timedeltaParts(micros)
            return switch name {
            case "micros": .int(micros)
            case "days": .int(parts.days)
            case "seconds": .int(parts.seconds)
            case "microseconds": .int(parts.microseconds)
            default: nil
            }
        case .date(let days):
            let day = Calendar.day(fromDays: days)
            return switch name {
            case "year": .int(Int64(day.year))
            case "month": .int(Int64(day.month))
            case "day": .int(Int64(day.day))
            default: nil
            }
        case .datetime(let moment): return datetimeAttribute(moment, name)
        case .int(let number): return numberAttribute(.int(number), name)
        case .boolean(let flag): return numberAttribute(.int(flag ? 1 : 0), name)
        case .double: return numberAttribute(value, name)
        default: return nil
        }
    }

    private static func numberAttribute(_ number: Value, _ name: String) -> Value? {
        let isInteger = if case .int = number { true } else { false }
        return switch name {
        case "real": number
        case "imag": isInteger ? .int(0) : .double(0)
        case "numerator": isInteger ? number : nil
        case "denominator": isInteger ? .int(1) : nil
        default: nil
        }
    }

    private static func datetimeAttribute(_ value: DateTimeValue, _ name: String) -> Value? {
        let moment = Calendar.moment(fromMicroseconds: value.localMicroseconds)
        return switch name {
        case "year": .int(Int64(moment.day.year))
        case "month": .int(Int64(moment.day.month))
        case "day": .int(Int64(moment.day.day))
        case "hour": .int(Int64(moment.hour))
        case "minute": .int(Int64(moment.minute))
        case "second": .int(Int64(moment.second))
        case "microsecond": .int(Int64(moment.microsecond))
        case "fold": .int(0)
        case "tzinfo": value.offsetSeconds.map { .duration(Int64($0) * 1_000_000) } ?? .null
        default: nil
        }
    }

    /// The data attributes of a kind with their types, for the checker; rows have their fields.
    static func attributeTypes(of kind: FieldType.Kind) -> [String: FieldType] {
        func integers(_ names: String...) -> [String: FieldType] {
            Dictionary(uniqueKeysWithValues: names.map { ($0, FieldType.int64) })
        }
        return switch kind {
        case .timestamp: integers("micros")
        case .duration: integers("micros", "days", "seconds", "microseconds")
        case .date: integers("year", "month", "day")
        case .datetime:
            integers("year", "month", "day", "hour", "minute", "second", "microsecond", "fold")
                .merging(["tzinfo": FieldType.duration.nullable]) { $1 }
        case .int64, .boolean: integers("real", "imag", "numerator", "denominator")
        case .double: ["real": .double, "imag": .double]
        case .row(let schema):
            Dictionary(schema.fields.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
        default: [:]
        }
    }
}
