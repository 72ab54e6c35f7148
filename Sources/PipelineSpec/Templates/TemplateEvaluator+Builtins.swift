import Diagnostics

extension TemplateEvaluator {
    func callBuiltin(
        _ name: String, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        switch name {
        case "range": return try self.range(arguments, range)
        case "dict", "namespace": return try dictionary(name, arguments, range)
        case "joiner", "cycler":
            throw failure("'\(name)' is not supported", range, hint: "use 'loop.first' or 'loop.cycle'")
        case "datetime.datetime.now", "datetime.datetime.today": return try now(isLocal: true, hasTime: true, range)
        case "datetime.datetime.utcnow": return try now(isLocal: false, hasTime: true, range)
        case "datetime.date.today": return try now(isLocal: true, hasTime: false, range)
        case "datetime.datetime": return try date(arguments, hasTime: true, range)
        case "datetime.date": return try date(arguments, hasTime: false, range)
        case "datetime.timedelta": return try duration(arguments, range)
        case "datetime.datetime.strptime":
            guard let text = try arguments.text(0, "date_string"), let format = try arguments.text(1, "format") else {
                throw failure("'strptime' needs a text and a format", range)
            }
            guard let date = TemplateDate.parse(text, format) else {
                throw failure(
                    "the time \(PythonText.repr(text)) does not match the format \(PythonText.repr(format))", range)
            }
            return .date(date)
        case "datetime.datetime.fromisoformat", "datetime.date.fromisoformat":
            let text = try arguments.text(0, "date_string") ?? ""
            let formats =
                name == "datetime.date.fromisoformat"
                ? ["%Y-%m-%d"]
                : [
                    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f",
                    "%Y-%m-%dT%H:%M", "%Y-%m-%d",
                ]
            for format in formats {
                if var date = TemplateDate.parse(text, format) {
                    if name == "datetime.date.fromisoformat" { date.time = nil }
                    return .date(date)
                }
            }
            throw failure("\(PythonText.repr(text)) is not an ISO date", range)
        default: throw failure("'\(name)' is not a function", range)
        }
    }

    private func range(_ arguments: EvaluatedArguments, _ place: Range<Int>) throws(Diagnostic) -> RuntimeValue {
        var bounds: [Int64] = []
        for value in arguments.positional {
            guard let integer = try defined(value).integer else {
                throw failure("'range' needs integers, found \(value.typeName)", place)
            }
            bounds.append(max(min(integer, 1 << 60), -(1 << 60)))
        }
        guard (1...3).contains(bounds.count) else { throw failure("'range' takes one to three integers", place) }
        let start = bounds.count > 1 ? bounds[0] : 0
        let stop = bounds.count > 1 ? bounds[1] : bounds[0]
        let step = bounds.count > 2 ? bounds[2] : 1
        guard step != 0 else { throw failure("the step of 'range' cannot be 0", place) }
        let distance = step > 0 ? stop - start : start - stop
        let count = distance <= 0 ? 0 : (distance - 1) / abs(step) + 1
        try checkItems(Int(count), place)
        return .list((0..<count).map { .int(start + $0 * step) })
    }

    private func dictionary(
        _ name: String, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        let result = RuntimeDictionary()
        if let first = try arguments.value(0, "") {
            if case .dictionary(let other) = first {
                for (key, value) in zip(other.keys, other.values) { result[key] = value }
            } else {
                for item in try items(of: first, range) {
                    let pair = try items(of: item, range)
                    guard pair.count == 2 else { throw failure("'\(name)' needs pairs", range) }
                    result[pair[0]] = pair[1]
                }
            }
        }
        for (key, value) in arguments.keywords { result[key] = value }
        return name == "dict" ? .dictionary(result) : .namespace(result)
    }

    private func now(isLocal: Bool, hasTime: Bool, _ range: Range<Int>) throws(Diagnostic) -> RuntimeValue {
        guard let date = TemplateDate(microseconds: SystemClock.now(isLocal: isLocal), hasTime: hasTime) else {
            throw failure("the clock shows no date", range)
        }
        return .date(date)
    }

    private func date(
        _ arguments: EvaluatedArguments, hasTime: Bool, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        guard let year = try arguments.integer(0, "year"), let month = try arguments.integer(1, "month"),
            let day = try arguments.integer(2, "day")
        else { throw failure("a date needs a year, a month and a day", range) }
        let time = TemplateDate.Time(
            hour: try arguments.integer(3, "hour") ?? 0, minute: try arguments.integer(4, "minute") ?? 0,
            second: try arguments.integer(5, "second") ?? 0, microsecond: try arguments.integer(6, "microsecond") ?? 0)
        guard let date = TemplateDate(year: year, month: month, day: day, time: hasTime ? time : nil) else {
            throw failure("no such date exists", range)
        }
        return .date(date)
    }

    private static let durationUnits: [(name: String, microseconds: Double)] = [
        ("days", 86_400e6), ("seconds", 1e6), ("microseconds", 1), ("milliseconds", 1e3), ("minutes", 60e6),
        ("hours", 3600e6), ("weeks", 604_800e6),
    ]

    private func duration(_ arguments: EvaluatedArguments, _ range: Range<Int>) throws(Diagnostic) -> RuntimeValue {
        var total = 0.0
        for (index, unit) in Self.durationUnits.enumerated() {
            guard let value = try arguments.value(index, unit.name) else { continue }
            guard let number = value.number else {
                throw failure("'\(unit.name)' must be a number, found \(value.typeName)", range)
            }
            total += number * unit.microseconds
        }
        guard let microseconds = Int64(exactly: total.rounded(.toNearestOrEven)), abs(total) < 8e18 else {
            throw failure("the duration is too long", range)
        }
        return .duration(microseconds)
    }
}
