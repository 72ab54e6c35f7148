import Diagnostics

extension TemplateEvaluator {
    func applyToSequence(
        _ name: String, _ value: RuntimeValue, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        let items = try items(of: value, range)
        switch name {
        case "list": return .list(items)
        case "first": return items.first ?? .undefined(failure("the sequence is empty, it has no first item", range))
        case "last": return items.last ?? .undefined(failure("the sequence is empty, it has no last item", range))
        case "join": return .string(try joined(items, arguments, range))
        case "sort":
            let isCaseSensitive = try arguments.flag(1, "case_sensitive")
            let path = try arguments.text(2, "attribute")
            let keyed = try keyed(items, path, range)
            let sorted = PythonComparison.sorted(keyed, reversed: try arguments.flag(0, "reverse")) {
                Self.sortKey($0.key, isCaseSensitive)
            }
            guard let sorted else { throw failure("the items have no order", range) }
            return .list(sorted.map(\.item))
        case "unique": return try unique(items, arguments, range)
        case "min", "max": return try extreme(name, items, arguments, range)
        case "sum":
            let path = try arguments.text(0, "attribute")
            var total = try arguments.value(1, "start") ?? .int(0)
            for item in try keyed(items, path, range) { total = try operate("+", total, item.key, range) }
            return total
        case "map": return try mapped(items, arguments, range)
        case "select", "reject", "selectattr", "rejectattr": return try selected(name, items, arguments, range)
        case "groupby": return try grouped(items, arguments, range)
        default: return try chunks(name, items, arguments, range)
        }
    }

    /// Each item with what an attribute path such as `a.b` or an index names in it; the item itself without one.
    private func keyed(
        _ items: [RuntimeValue], _ path: String?, _ range: Range<Int>
    ) throws(Diagnostic) -> [(item: RuntimeValue, key: RuntimeValue)] {
        var result: [(item: RuntimeValue, key: RuntimeValue)] = []
        for item in items { result.append((item, try defined(member(item, path, range)))) }
        return result
    }

    private func member(_ item: RuntimeValue, _ path: String?, _ range: Range<Int>) throws(Diagnostic) -> RuntimeValue {
        guard let path else { return item }
        var value = item
        for part in path.split(separator: ".") {
            let key: RuntimeValue = Int64(part).map { .int($0) } ?? .string(String(part))
            value = try self.item(try defined(value), key, range)
        }
        return value
    }

    private func joined(
        _ items: [RuntimeValue], _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> MappedText {
        let separator = try arguments.value(0, "d").map { PythonText.str($0) } ?? MappedText()
        let keyed = try keyed(items, try arguments.text(1, "attribute"), range)
        return try PythonStrings(self, range).joined(keyed.map(\.key), separator)
    }

    private func unique(
        _ items: [RuntimeValue], _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        let isCaseSensitive = try arguments.flag(0, "case_sensitive")
        var seen: Set<String> = []
        var result: [RuntimeValue] = []
        for (item, key) in try keyed(items, try arguments.text(1, "attribute"), range) {
            if seen.insert(RuntimeDictionary.identity(Self.sortKey(key, isCaseSensitive))).inserted {
                result.append(item)
            }
        }
        return .list(result)
    }

    private func extreme(
        _ name: String, _ items: [RuntimeValue], _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        let isCaseSensitive = try arguments.flag(0, "case_sensitive")
        var best: (item: RuntimeValue, key: RuntimeValue)?
        for (item, key) in try keyed(items, try arguments.text(1, "attribute"), range) {
            let key = Self.sortKey(key, isCaseSensitive)
            guard let current = best else {
                best = (item, key)
                continue
            }
            let isBetter =
                name == "min"
                ? PythonComparison.isLess(key, current.key) : PythonComparison.isLess(current.key, key)
            guard let isBetter else { throw failure("the items have no order", range) }
            if isBetter { best = (item, key) }
        }
        return best?.item ?? .undefined(failure("the sequence is empty", range))
    }

    private func mapped(
        _ items: [RuntimeValue], _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        var result: [RuntimeValue] = []
        if arguments.positional.isEmpty {
            guard let path = try arguments.text(.max, "attribute") else {
                throw failure("'map' needs a filter's name or 'attribute='", range)
            }
            let standard = arguments.keywords.first { $0.name == "default" }?.value
            for item in items {
                let value = try member(item, path, range)
                if case .undefined = value, let standard {
                    result.append(standard)
                } else {
                    result.append(try defined(value))
                }
            }
            return .list(result)
        }
        let name = try arguments.text(0, "filter") ?? ""
        guard TemplateFilters.names.contains(name) else {
            throw failure(
                "unknown filter '\(name)'", range,
                hint: Suggestion.hint(for: name, among: TemplateFilters.names.sorted(), listing: "filters"))
        }
        var rest = arguments
        rest.positional.removeFirst()
        for item in items { result.append(try defined(apply(name, to: item, rest, range))) }
        return .list(result)
    }

    private func selected(
        _ name: String, _ items: [RuntimeValue], _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        var rest = arguments
        var path: String?
        if name.hasSuffix("attr") {
            path = try arguments.text(0, "attribute")
            guard path != nil else { throw failure("'\(name)' needs an attribute", range) }
            rest.positional.removeFirst()
        }
        let test = try rest.text(0, "test")
        if test != nil { rest.positional.removeFirst() }
        if let test, !TemplateTests.names.contains(test) {
            throw failure(
                "unknown test '\(test)'", range,
                hint: Suggestion.hint(for: test, among: TemplateTests.names.sorted(), listing: "tests"))
        }
        let keepsTrue = name.hasPrefix("select")
        var result: [RuntimeValue] = []
        for item in items {
            let value = try member(item, path, range)
            let passes: Bool
            if let test {
                passes = try self.test(value, test, rest, range)
            } else {
                passes = try defined(value).isTrue
            }
            if passes == keepsTrue { result.append(item) }
        }
        return .list(result)
    }

    private func grouped(
        _ items: [RuntimeValue], _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        guard let path = try arguments.text(0, "attribute") else {
            throw failure("'groupby' needs an attribute", range)
        }
        let standard = try arguments.value(1, "default")
        let isCaseSensitive = try arguments.flag(2, "case_sensitive")
        var keyed: [(item: RuntimeValue, key: RuntimeValue)] = []
        for item in items {
            var key = try member(item, path, range)
            if case .undefined = key, let standard { key = standard }
            keyed.append((item, try defined(key)))
        }
        guard let sorted = PythonComparison.sorted(keyed, by: { Self.sortKey($0.key, isCaseSensitive) }) else {
            throw failure("the groups have no order", range)
        }
        var groups: [(key: RuntimeValue, items: [RuntimeValue])] = []
        for (item, key) in sorted {
            if let last = groups.last,
                PythonComparison.areEqual(Self.sortKey(last.key, isCaseSensitive), Self.sortKey(key, isCaseSensitive))
            {
                groups[groups.count - 1].items.append(item)
            } else {
                groups.append((key, [item]))
            }
        }
        return .list(groups.map { .tuple([$0.key, .list($0.items)]) })
    }

    /// `batch` cuts into lists of a size, `slice` into a number of lists.
    private func chunks(
        _ name: String, _ items: [RuntimeValue], _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> RuntimeValue {
        guard let count = try arguments.integer(0, name == "batch" ? "linecount" : "slices"), count > 0 else {
            throw failure("'\(name)' needs a positive integer", range)
        }
        try checkItems(name == "slice" ? count : 0, range)
        let filler = try arguments.value(1, "fill_with")
        var result: [RuntimeValue] = []
        if name == "batch" {
            for start in stride(from: 0, to: items.count, by: count) {
                var chunk = Array(items[start..<min(items.count, start + count)])
                if let filler, chunk.count < count {
                    try checkItems(count, range)
                    chunk += Array(repeating: filler, count: count - chunk.count)
                }
                result.append(.list(chunk))
            }
            return .list(result)
        }
        let size = items.count / count
        let longer = items.count % count
        var start = 0
        for index in 0..<count {
            let end = start + size + (index < longer ? 1 : 0)
            var chunk = Array(items[start..<end])
            if let filler, index >= longer { chunk.append(filler) }
            result.append(.list(chunk))
            start = end
        }
        return .list(result)
    }
}
