extension Value: Equatable {
    /// Python's `==`: numbers compare across types (`1 == 1.0 == True`), a timestamp equals its seconds, strings by code
    /// point, rows by their values in order of name.
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): return true
        case (.string(let a), .string(let b)): return a.utf8.elementsEqual(b.utf8)
        case (.bytes(let a), .bytes(let b)): return a == b
        case (.date(let a), .date(let b)): return a == b
        case (.datetime(let a), .datetime(let b)): return a.instantOrLocal == b.instantOrLocal
        case (.list(let a), .list(let b)): return a == b
        case (.map(let a), .map(let b)):
            return a.count == b.count
                && a.entries.allSatisfy { entry in b[entry.key].map { $0 == entry.value } ?? false }
        case (.row(let a), .row(let b)):
            return a.names.count == b.names.count
                && zip(a.names, a.values).allSatisfy { name, value in b[name].map { $0 == value } ?? false }
        case (.timestamp(let a), .timestamp(let b)): return a == b
        case (.duration(let a), .duration(let b)): return a == b
        case (.decimal(let a), .decimal(let b)): return a.normalized == b.normalized
        default:
            guard let a = left.number, let b = right.number else { return false }
            return a == b
        }
    }

    /// What takes part in comparisons across types: an exact integer or decimal where there is one, else a double.
    private enum Number: Equatable {
        case exact(DecimalValue)
        case floating(Double)

        static func == (left: Number, right: Number) -> Bool {
            switch (left, right) {
            case (.exact(let a), .exact(let b)): a.normalized == b.normalized
            case (.floating(let a), .floating(let b)): a == b
            case (.exact(let a), .floating(let b)), (.floating(let b), .exact(let a)):
                a.scale == 0 ? Int128(exactly: b) == a.unscaled : a.doubleValue == b
            }
        }
    }

    private var number: Number? {
        switch self {
        case .boolean(let flag): .exact(DecimalValue(unscaled: flag ? 1 : 0, scale: 0))
        case .int(let number): .exact(DecimalValue(unscaled: Int128(number), scale: 0))
        case .double(let number): .floating(number)
        case .decimal(let number): .exact(number.normalized)
        case .timestamp(let micros), .duration(let micros):
            .exact(DecimalValue(unscaled: Int128(micros), scale: 6).normalized)
        default: nil
        }
    }
}

extension Value: Hashable {
    /// Agrees with `==`: whole numbers of every type hash as their integer.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .string(var text):
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .bytes(let bytes): hasher.combine(bytes)
        case .date(let day): hasher.combine(day)
        case .datetime(let moment): hasher.combine(moment.instantOrLocal)
        case .list(let elements): hasher.combine(elements)
        case .map(let map): hasher.combine(map.count)
        case .row(let row): hasher.combine(row.names.count)
        case .boolean(let flag): hasher.combine(flag ? 1.0 : 0.0)
        case .int(let number): hasher.combine(Double(number))
        case .double(let number): hasher.combine(number)
        case .decimal(let number): hasher.combine(number.doubleValue)
        case .timestamp(let micros), .duration(let micros): hasher.combine(Double(micros) / 1e6)
        }
    }
}

extension DateTimeValue {
    /// The instant for an aware datetime, the local clock for a naive one: what comparisons use.
    public var instantOrLocal: Int64 {
        localMicroseconds &- Int64(offsetSeconds ?? 0) &* 1_000_000
    }
}

extension DecimalValue {
    /// Without trailing zeros after the point.
    public var normalized: DecimalValue {
        var (unscaled, scale) = (unscaled, scale)
        while scale > 0, unscaled % 10 == 0 {
            unscaled /= 10
            scale -= 1
        }
        return DecimalValue(unscaled: unscaled, scale: scale)
    }

    public var doubleValue: Double {
        var divisor = 1.0
        for _ in 0..<max(0, scale) { divisor *= 10 }
        return Double(unscaled) / divisor
    }
}
