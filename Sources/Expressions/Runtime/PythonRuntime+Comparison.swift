import DataModel

extension PythonRuntime {
    /// `left op right`. Equality never fails; order fails between types that Python does not order.
    static func compare(_ op: Comparison, _ left: Value, _ right: Value) throws(PythonError) -> Bool {
        switch op {
        case .equal: return left == right
        case .notEqual: return left != right
        case .isSame: return isSame(left, right)
        case .isNotSame: return !isSame(left, right)
        case .contains: return try contains(right, left)
        case .notContains: return try !contains(right, left)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return try ordered(op, left, right)
        }
    }

    /// Identity as far as values have one: `None`, `True` and `False` are themselves; others are the same where they
    /// are equal and of one type.
    private static func isSame(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.null, _), (_, .null), (.boolean, _), (_, .boolean): false
        default: typeName(left) == typeName(right) && left == right
        }
    }

    static func contains(_ container: Value, _ element: Value) throws(PythonError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = element else {
                throw .typeError("'in <string>' requires string as left operand, not \(typeName(element))")
            }
            return UTF8Search.first(of: Array(part.utf8), in: Array(text.utf8)) != nil
        case .bytes(let bytes):
            if case .bytes(let part) = element { return UTF8Search.first(of: part, in: bytes) != nil }
            guard let number = index(element) else {
                throw .typeError("a bytes-like object is required, not '\(typeName(element))'")
            }
            guard (0..<256).contains(number) else { throw .valueError("byte must be in range(0, 256)") }
            return bytes.contains(UInt8(number))
        case .list(let elements): return elements.contains { $0 == element }
        case .map(let map):
            try requireHashable(element)
            return map[element] != nil
        case .row(let row): return row.values.contains { $0 == element }
        default: throw .typeError("argument of type '\(typeName(container))' is not iterable")
        }
    }

    /// Keys of a dict must not be lists or dicts. Python's tuples may be keys, which this runtime cannot tell from lists:
    /// it refuses them, too.
    static func requireHashable(_ value: Value) throws(PythonError) {
        switch value {
        case .list, .map: throw .typeError("unhashable type: '\(typeName(value))'")
        default: return
        }
    }

    private static func ordered(_ op: Comparison, _ left: Value, _ right: Value) throws(PythonError) -> Bool {
        switch (left, right) {
        case (.int(let a), .int(let b)): return holds(op, a < b ? -1 : a == b ? 0 : 1)
        case (.string(let a), .string(let b)): return holds(op, order(a.utf8, b.utf8))
        case (.bytes(let a), .bytes(let b)): return holds(op, order(a, b))
        case (.list(let a), .list(let b)): return try orderedLists(op, a, b)
        case (.row(let a), .row(let b)): return try orderedLists(op, a.values, b.values)
        case (.date(let a), .date(let b)): return holds(op, a < b ? -1 : a == b ? 0 : 1)
        case (.datetime(let a), .datetime(let b)):
            guard (a.offsetSeconds == nil) == (b.offsetSeconds == nil) else {
                throw .typeError("can't compare offset-naive and offset-aware datetimes")
            }
            let (x, y) = (a.instantOrLocal, b.instantOrLocal)
            return holds(op, x < y ? -1 : x == y ? 0 : 1)
        case (.date, .datetime), (.datetime, .date):
            throw .typeError("can't compare datetime.datetime to datetime.date")
        case (.timestamp, .string), (.string, .timestamp):
            let text = repr({ if case .string = left { left } else { right } }())
            throw .typeError("Cannot interpret \(text.dropFirst().dropLast()) <class 'str'> as Timestamp.")
        default:
            guard let result = orderedNumbers(left, right) else {
                throw .typeError(
                    "'\(op.rawValue)' not supported between instances of '\(typeName(left))' and '\(typeName(right))'")
            }
            return result.map { holds(op, $0) } ?? false
        }
    }

    private static func holds(_ op: Comparison, _ order: Int) -> Bool {
        switch op {
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        default: order >= 0
        }
    }

    static func order(_ a: some Sequence<UInt8>, _ b: some Sequence<UInt8>) -> Int {
        if a.lexicographicallyPrecedes(b) { return -1 }
        return b.lexicographicallyPrecedes(a) ? 1 : 0
    }

    /// The first elements that differ decide; where none do, the lengths.
    private static func orderedLists(_ op: Comparison, _ a: [Value], _ b: [Value]) throws(PythonError) -> Bool {
        for (x, y) in zip(a, b) where x != y {
            return try ordered(op, x, y)
        }
        return holds(op, a.count < b.count ? -1 : a.count == b.count ? 0 : 1)
    }

    /// The order of two numbers, exact across types; `.some(nil)` where one is NaN, `nil` where one is no number.
    private static func orderedNumbers(_ left: Value, _ right: Value) -> Int?? {
        guard let a = number(left), let b = number(right) else { return nil }
        switch (a, b) {
        case (.exact(let x), .exact(let y)): return .some(DecimalValue.order(x, y))
        case (.floating(let x), .floating(let y)):
            return .some(x.isNaN || y.isNaN ? nil : x < y ? -1 : x == y ? 0 : 1)
        case (.exact(let x), .floating(let y)): return .some(orderOf(x, y))
        case (.floating(let x), .exact(let y)): return .some(orderOf(y, x).map { -$0 })
        }
    }

    private enum Number {
        case exact(DecimalValue)
        case floating(Double)
    }

    private static func number(_ value: Value) -> Number? {
        switch value {
        case .int(let number): .exact(DecimalValue(unscaled: Int128(number), scale: 0))
        case .boolean(let flag): .exact(DecimalValue(unscaled: flag ? 1 : 0, scale: 0))
        case .double(let number): .floating(number)
        case .decimal(let number): .exact(number)
        case .timestamp(let micros), .duration(let micros): .exact(DecimalValue(unscaled: Int128(micros), scale: 6))
        default: nil
        }
    }

    private static func orderOf(_ exact: DecimalValue, _ floating: Double) -> Int? {
        if floating.isNaN { return nil }
        if floating.isInfinite { return floating > 0 ? -1 : 1 }
        if exact.scale == 0, floating.magnitude < 0x1p100 {
            let whole = Int128(floating.rounded(.down))
            if exact.unscaled != whole { return exact.unscaled < whole ? -1 : 1 }
            return floating == floating.rounded(.down) ? 0 : -1
        }
        let value = exact.correctlyRounded
        return value < floating ? -1 : value == floating ? 0 : 1
    }

    /// `sorted(items, key=…, reverse=…)`; stable as Python's, also in reverse. `keys` are as many as `items`.
    static func sorted(_ items: [Value], keys: [Value]?, reverse: Bool) throws(PythonError) -> [Value] {
        let keys = keys ?? items
        guard keys.count == items.count else { return items }
        var order = Array(items.indices)
        if reverse { order.reverse() }
        if order.count < 64 {
            try insertionSort(&order) { (a, b) throws(PythonError) in try compare(.less, keys[a], keys[b]) }
        } else {
            try mergeSort(&order) { (a, b) throws(PythonError) in try compare(.less, keys[a], keys[b]) }
        }
        if reverse { order.reverse() }
        return order.map { items[$0] }
    }

    /// CPython's binary insertion sort behind the first run: the same comparisons in the same order, hence the same
    /// error for items without an order.
    private static func insertionSort(
        _ order: inout [Int], _ isLess: (Int, Int) throws(PythonError) -> Bool
    ) throws(PythonError) {
        guard order.count > 1 else { return }
        var run = 2
        if try isLess(order[1], order[0]) {
            while run < order.count, try isLess(order[run], order[run - 1]) { run += 1 }
            order[..<run].reverse()
        } else {
            while run < order.count, try !isLess(order[run], order[run - 1]) { run += 1 }
        }
        for start in run..<order.count {
            let pivot = order[start]
            var (left, right) = (0, start)
            while left < right {
                let middle = (left + right) / 2
                if try isLess(pivot, order[middle]) { right = middle } else { left = middle + 1 }
            }
            order.remove(at: start)
            order.insert(pivot, at: left)
        }
    }

    /// Merge sort whose comparison may throw; the standard library's sort promises no stability.
    private static func mergeSort(
        _ order: inout [Int], _ isLess: (Int, Int) throws(PythonError) -> Bool
    ) throws(PythonError) {
        var width = 1
        var source = order
        while width < source.count {
            var merged: [Int] = []
            merged.reserveCapacity(source.count)
            var start = 0
            while start < source.count {
                let middle = min(start + width, source.count)
                let end = min(start + 2 * width, source.count)
                var (left, right) = (start, middle)
                while left < middle, right < end {
                    if try isLess(source[right], source[left]) {
                        merged.append(source[right])
                        right += 1
                    } else {
                        merged.append(source[left])
                        left += 1
                    }
                }
                merged += source[left..<middle]
                merged += source[right..<end]
                start = end
            }
            source = merged
            width *= 2
        }
        order = source
    }

    /// `min` or `max` of items by their keys; the first of equals, as in Python.
    static func extreme(
        _ items: [Value], keys: [Value]?, isMaximum: Bool, fallback: Value?
    ) throws(PythonError) -> Value {
        guard var best = items.indices.first else {
            if let fallback { return fallback }
            throw .valueError("\(isMaximum ? "max" : "min")() arg is an empty sequence")
        }
        let keys = keys ?? items
        guard keys.count == items.count else { return .null }
        for index in items.indices.dropFirst()
        where try compare(isMaximum ? .greater : .less, keys[index], keys[best]) {
            best = index
        }
        return items[best]
    }
}

/// Finding bytes in bytes: right for text, too, since UTF-8 has no overlaps between characters.
enum UTF8Search {
    static func first(of part: [UInt8], in text: [UInt8], from start: Int = 0, to end: Int? = nil) -> Int? {
        let end = end ?? text.count
        guard start >= 0, start <= end, end <= text.count, part.count <= end - start else { return nil }
        guard let head = part.first else { return start }
        return text.withUnsafeBufferPointer { text in
            part.withUnsafeBufferPointer { part in
                var at = start
                let last = end - part.count
                while at <= last {
                    if text[at] == head {
                        var length = 1
                        while length < part.count, text[at + length] == part[length] { length += 1 }
                        if length == part.count { return at }
                    }
                    at += 1
                }
                return nil
            }
        }
    }

    static func last(of part: [UInt8], in text: [UInt8], from start: Int = 0, to end: Int? = nil) -> Int? {
        let end = end ?? text.count
        guard start >= 0, start <= end, end <= text.count, part.count <= end - start else { return nil }
        var at = end - part.count
        while at >= start {
            if text[at..<at + part.count].elementsEqual(part) { return at }
            at -= 1
        }
        return nil
    }

    /// The starts of all occurrences that do not overlap, at most `limit` of them; `part` is not empty.
    static func all(of part: [UInt8], in text: [UInt8], limit: Int = .max) -> [Int] {
        var found: [Int] = []
        var from = 0
        while found.count < limit, let at = first(of: part, in: text, from: from) {
            found.append(at)
            from = at + part.count
        }
        return found
    }
}
