/// Equality and order of values as Python has them.
enum PythonComparison {
    static func areEqual(_ left: RuntimeValue, _ right: RuntimeValue, depth: Int = 0) -> Bool {
        guard depth < 100 else { return false }
        switch (left, right) {
        case (.none, .none): return true
        case (.string(let left), .string(let right)): return left.bytes == right.bytes
        case (.list(let left), .list(let right)): return areEqual(left.items, right.items, depth)
        case (.tuple(let left), .tuple(let right)): return areEqual(left, right, depth)
        case (.dictionary(let left), .dictionary(let right)):
            guard left.keys.count == right.keys.count else { return false }
            return zip(left.keys, left.values).allSatisfy { key, value in
                right[key].map { areEqual(value, $0, depth: depth + 1) } ?? false
            }
        case (.date(let left), .date(let right)): return left == right
        case (.duration(let left), .duration(let right)): return left == right
        default:
            if let left = left.integer, let right = right.integer { return left == right }
            if let left = left.number, let right = right.number { return left == right }
            return false
        }
    }

    private static func areEqual(_ left: [RuntimeValue], _ right: [RuntimeValue], _ depth: Int) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1, depth: depth + 1) }
    }

    /// Whether the left value comes before the right one; `nil` where Python cannot compare them.
    static func isLess(_ left: RuntimeValue, _ right: RuntimeValue, depth: Int = 0) -> Bool? {
        guard depth < 100 else { return nil }
        switch (left, right) {
        // UTF-8 sorts as code points do.
        case (.string(let left), .string(let right)): return left.bytes.lexicographicallyPrecedes(right.bytes)
        case (.list(let left), .list(let right)): return isLess(left.items, right.items, depth)
        case (.tuple(let left), .tuple(let right)): return isLess(left, right, depth)
        case (.date(let left), .date(let right)):
            return (left.time == nil) == (right.time == nil) ? left.microseconds < right.microseconds : nil
        case (.duration(let left), .duration(let right)): return left < right
        default:
            if let left = left.integer, let right = right.integer { return left < right }
            if let left = left.number, let right = right.number { return left < right }
            return nil
        }
    }

    private static func isLess(_ left: [RuntimeValue], _ right: [RuntimeValue], _ depth: Int) -> Bool? {
        for (left, right) in zip(left, right) where !areEqual(left, right) {
            return isLess(left, right, depth: depth + 1)
        }
        return left.count < right.count
    }

    /// Sorts stably; `nil` where two values cannot be compared.
    static func sorted<Item>(
        _ items: [Item], reversed: Bool = false, by key: (Item) -> RuntimeValue
    ) -> [Item]? {
        var isComparable = true
        let keyed = items.enumerated().map { (offset: $0.offset, key: key($0.element), item: $0.element) }
        let result = keyed.sorted { left, right in
            let (first, second) = reversed ? (right.key, left.key) : (left.key, right.key)
            guard let isLess = isLess(first, second) else {
                isComparable = false
                return left.offset < right.offset
            }
            if isLess { return true }
            if self.isLess(second, first) == true { return false }
            return left.offset < right.offset
        }
        return isComparable ? result.map(\.item) : nil
    }
}
