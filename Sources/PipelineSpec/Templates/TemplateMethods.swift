import Diagnostics

/// The functions and methods of Python that templates may call.
enum TemplateMethods {
    static let string: Set<String> = [
        "split", "rsplit", "splitlines", "strip", "lstrip", "rstrip", "upper", "lower", "title", "capitalize",
        "swapcase", "casefold", "replace", "startswith", "endswith", "join", "format", "find", "rfind", "index",
        "count",
        "isdigit", "isnumeric", "isdecimal", "isalpha", "isalnum", "isupper", "islower", "isspace", "zfill", "ljust",
        "rjust", "center", "partition", "rpartition", "removeprefix", "removesuffix",
    ]
    static let dictionary: Set<String> = ["items", "keys", "values", "get", "pop", "update", "setdefault", "copy"]
    static let list: Set<String> = [
        "append", "extend", "insert", "pop", "remove", "index", "count", "copy", "reverse", "sort", "clear",
    ]
    static let date: Set<String> = [
        "strftime", "isoformat", "date", "weekday", "isoweekday", "timestamp", "replace", "timetuple", "ctime",
    ]

    private static let members: Set<String> = [
        "datetime.datetime", "datetime.date", "datetime.timedelta", "datetime.datetime.now",
        "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.datetime.strptime",
        "datetime.datetime.fromisoformat", "datetime.date.today", "datetime.date.fromisoformat", "dict.fromkeys",
        "datetime.timezone", "datetime.timezone.utc",
    ]

    static func member(of builtin: String, _ name: String) -> String? {
        let full = "\(builtin).\(name)"
        return members.contains(full) ? full : nil
    }
}

extension TemplateEvaluator {
    func callMethod(
        _ name: String, of value: RuntimeValue, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        switch value {
        case .string(let text):
            return try PythonStrings(self, range).call(name, text, arguments)
        case .dictionary(let dictionary): return try call(name, dictionary, arguments, range)
        case .list(let list): return try call(name, list, arguments, range)
        case .loop(let loop):
            guard !arguments.positional.isEmpty else { throw failure("'cycle' needs values", range) }
            return arguments.positional[loop.index % arguments.positional.count]
        case .date(let date): return try call(name, date, arguments, range)
        case .duration(let microseconds): return .float(Double(microseconds) / 1_000_000)
        default: throw failure("a value of type \(value.typeName) has no '\(name)'", range)
        }
    }

    private func call(
        _ name: String, _ dictionary: RuntimeDictionary, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        switch name {
        case "items": return .list(zip(dictionary.keys, dictionary.values).map { .tuple([$0, $1]) })
        case "keys": return .list(dictionary.keys)
        case "values": return .list(dictionary.values)
        case "copy":
            let copy = RuntimeDictionary()
            for (key, value) in zip(dictionary.keys, dictionary.values) { copy[key] = value }
            return .dictionary(copy)
        case "update":
            if case .dictionary(let other)? = try arguments.value(0, "other") {
                for (key, value) in zip(other.keys, other.values) { dictionary[key] = value }
            }
            for (name, value) in arguments.keywords { dictionary[name] = value }
            return .none
        default: break
        }
        guard let key = try arguments.value(0, "key") else { throw failure("'\(name)' needs a key", range) }
        let found = dictionary[key]
        let standard = try arguments.value(1, "default")
        switch name {
        case "get": return found ?? standard ?? .none
        case "setdefault":
            if let found { return found }
            let value = standard ?? .none
            dictionary[key] = value
            return value
        default:
            guard let result = found ?? standard else {
                throw failure("there is no key \(PythonText.repr(key))", range)
            }
            dictionary[key] = nil
            return result
        }
    }

    private func call(
        _ name: String, _ list: RuntimeList, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        switch name {
        case "copy": return .list(list.items)
        case "clear": list.items = []
        case "reverse": list.items.reverse()
        case "sort":
            guard let sorted = PythonComparison.sorted(list.items, by: { $0 }) else {
                throw failure("the items have no order", range)
            }
            list.items = sorted
        case "pop":
            let index = try arguments.integer(0, "index") ?? -1
            let position = index < 0 ? list.items.count + index : index
            guard list.items.indices.contains(position) else { throw failure("there is no item \(index)", range) }
            return list.items.remove(at: position)
        default:
            let isInsert = name == "insert"
            guard let value = try arguments.value(isInsert ? 1 : 0, "value") else {
                throw failure("'\(name)' needs a value", range)
            }
            switch name {
            case "append": list.items.append(value)
            case "extend": list.items += try items(of: value, range)
            case "insert":
                let index = try arguments.integer(0, "index") ?? 0
                let position = index < 0 ? max(0, list.items.count + index) : min(index, list.items.count)
                list.items.insert(value, at: position)
            case "count":
                return .int(Int64(list.items.count { PythonComparison.areEqual($0, value) }))
            default:
                guard let index = list.items.firstIndex(where: { PythonComparison.areEqual($0, value) }) else {
                    throw failure("\(PythonText.repr(value)) is not in the list", range)
                }
                if name == "index" { return .int(Int64(index)) }
                list.items.remove(at: index)
            }
        }
        try checkItems(list.items.count, range)
        return .none
    }

    private func call(
        _ name: String, _ date: TemplateDate, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        switch name {
        case "strftime":
            guard let format = try arguments.text(0, "format") else {
                throw failure("'strftime' needs a format", range)
            }
            return .string(date.formatted(format))
        case "isoformat": return .string(date.isoFormat(separator: try arguments.text(0, "sep") ?? "T"))
        case "ctime": return .string(date.formatted("%a %b %e %H:%M:%S %Y"))
        case "date":
            var day = date
            day.time = nil
            return .date(day)
        case "weekday": return .int(Int64(date.weekday))
        case "isoweekday": return .int(Int64(date.weekday + 1))
        case "timestamp":
            let now = SystemClock.now(isLocal: false)
            let offset = SystemClock.now(isLocal: true) - now
            // Rounded to minutes: the two readings of the clock are not at one moment.
            let zone = ((Double(offset) / 60_000_000).rounded()) * 60
            return .float(Double(date.microseconds) / 1_000_000 - zone)
        case "replace":
            var time = date.time
            time?.hour = try arguments.integer(3, "hour") ?? date.time?.hour ?? 0
            time?.minute = try arguments.integer(4, "minute") ?? date.time?.minute ?? 0
            time?.second = try arguments.integer(5, "second") ?? date.time?.second ?? 0
            time?.microsecond = try arguments.integer(6, "microsecond") ?? date.time?.microsecond ?? 0
            let replaced = TemplateDate(
                year: try arguments.integer(0, "year") ?? date.year,
                month: try arguments.integer(1, "month") ?? date.month,
                day: try arguments.integer(2, "day") ?? date.day, time: time)
            guard let replaced else { throw failure("no such date exists", range) }
            return .date(replaced)
        default: throw failure("'\(name)' of a date is not supported", range)
        }
    }
}
