import DataModel

extension PythonRuntime {
    /// Arithmetic of Beam's timestamps and durations and of Python's dates, datetimes and timedeltas.
    static func temporal(_ op: BinaryOperator, _ left: Value, _ right: Value) throws(PythonError) -> Value {
        switch (op, left, right) {
        case (.subtract, .timestamp(let a), .timestamp(let b)),
            (.add, .duration(let a), .duration(let b)) where op == .add,
            (.subtract, .duration(let a), .duration(let b)) where op == .subtract:
            return .duration(try checked(op == .add ? a.addingReportingOverflow(b) : a.subtractingReportingOverflow(b)))
        case (.add, .timestamp(let moment), _), (.add, _, .timestamp(let moment)):
            let other = { if case .timestamp = left { right } else { left } }()
            guard let span = try micros(other) else { throw unsupported(op, left, right) }
            return .timestamp(try checked(moment.addingReportingOverflow(span)))
        case (.subtract, .timestamp(let moment), _):
            guard let span = try micros(right) else { throw unsupported(op, left, right) }
            return .timestamp(try checked(moment.subtractingReportingOverflow(span)))
        case (.modulo, .timestamp(let moment), _):
            guard let span = try micros(right) else { throw unsupported(op, left, right) }
            guard span != 0 else { throw .zeroDivision("integer modulo by zero") }
            return .duration(floorModulo(moment, span))
        case (_, .date, _), (_, .datetime, _), (.add, _, .date), (.add, _, .datetime):
            return try calendar(op, left, right)
        case (_, .duration(let span), _): return try duration(op, span, left, right)
        case (.multiply, _, .duration(let span)):
            return try duration(op, span, right, left, shown: (left, right))
        case (.add, _, .duration(let span)), (.subtract, _, .duration(let span)):
            guard let other = try micros(left) else { throw unsupported(op, left, right) }
            return .duration(
                try checked(
                    op == .add ? other.addingReportingOverflow(span) : other.subtractingReportingOverflow(span)))
        default: throw unsupported(op, left, right)
        }
    }

    private static func checked(_ sum: (partialValue: Int64, overflow: Bool)) throws(PythonError) -> Int64 {
        if sum.overflow { throw .integerTooLarge }
        return sum.partialValue
    }

    /// A span in microseconds: a duration, or a number of seconds as Beam's `Duration.of` takes it.
    static func micros(_ value: Value) throws(PythonError) -> Int64? {
        switch value {
        case .duration(let micros): return micros
        case .timestamp(let micros): return micros
        case .int(let seconds): return try checked(seconds.multipliedReportingOverflow(by: 1_000_000))
        case .boolean(let flag): return flag ? 1_000_000 : 0
        case .double(let seconds):
            guard let micros = Int64(exactly: (seconds * 1_000_000).rounded(.towardZero)) else {
                if seconds.isNaN { throw .valueError("cannot convert float NaN to integer") }
                if seconds.isInfinite { throw .overflow("cannot convert float infinity to integer") }
                throw .integerTooLarge
            }
            return micros
        default: return nil
        }
    }

    private static func duration(
        _ op: BinaryOperator, _ span: Int64, _ left: Value, _ right: Value, shown: (Value, Value)? = nil
    ) throws(PythonError) -> Value {
        let (shownLeft, shownRight) = shown ?? (left, right)
        switch (op, right) {
        case (.multiply, .int(let factor)): return .duration(try checked(span.multipliedReportingOverflow(by: factor)))
        case (.multiply, .double(let factor)): return .duration(try scaled(span, by: factor, divides: false))
        case (.divide, .duration(let other)): return .double(try trueDivide(span, other))
        case (.divide, .int(let divisor)):
            guard divisor != 0 else { throw .zeroDivision("integer division or modulo by zero") }
            return .duration(roundedQuotient(span, divisor))
        case (.divide, .double(let divisor)):
            guard divisor != 0 else { throw .zeroDivision("integer division or modulo by zero") }
            return .duration(try scaled(span, by: divisor, divides: true))
        case (.floorDivide, .duration(let other)), (.floorDivide, .int(let other)):
            guard other != 0 else { throw .zeroDivision("integer division or modulo by zero") }
            let quotient = try checked(floorDivide(span, other))
            if case .int = right { return .duration(quotient) }
            return .int(quotient)
        case (.modulo, _):
            guard let other = try micros(right) else { throw unsupported(op, shownLeft, shownRight) }
            guard other != 0 else { throw .zeroDivision("integer modulo by zero") }
            return .duration(floorModulo(span, other))
        case (.add, _), (.subtract, _):
            guard let other = try micros(right) else { throw unsupported(op, shownLeft, shownRight) }
            return .duration(
                try checked(
                    op == .add ? span.addingReportingOverflow(other) : span.subtractingReportingOverflow(other)))
        default: throw unsupported(op, shownLeft, shownRight)
        }
    }

    /// `span` times or divided by a double, computed exactly and rounded once, half to even.
    private static func scaled(_ span: Int64, by factor: Double, divides: Bool) throws(PythonError) -> Int64 {
        if factor.isNaN { throw .valueError("cannot convert NaN to integer ratio") }
        if factor.isInfinite { throw .overflow("cannot convert Infinity to integer ratio") }
        guard span != 0, factor != 0 else { return 0 }
        var significand = Int128(factor.significandBitPattern | 1 << 52)
        if factor.exponentBitPattern == 0 { significand = Int128(factor.significandBitPattern) }
        var exponent = max(Int(factor.exponentBitPattern), 1) - 1075
        while significand % 2 == 0 {
            significand /= 2
            exponent += 1
        }
        if factor < 0 { significand = -significand }
        let shift = divides ? -exponent : exponent
        var (dividend, divisor) = divides ? (Int128(span), significand) : (Int128(span) * significand, Int128(1))
        if shift >= 0 {
            guard shift < dividend.magnitude.leadingZeroBitCount - 1 else {
                return try wholeMicros(divides ? Double(span) / factor : Double(span) * factor)
            }
            dividend <<= Int128(shift)
        } else {
            guard -shift < divisor.magnitude.leadingZeroBitCount - 1 else { return 0 }
            divisor <<= Int128(-shift)
        }
        if divisor < 0 { (dividend, divisor) = (-dividend, -divisor) }
        var (quotient, rest) = dividend.quotientAndRemainder(dividingBy: divisor)
        if rest < 0 { (quotient, rest) = (quotient - 1, rest + divisor) }
        if rest > divisor - rest || rest == divisor - rest && quotient % 2 != 0 { quotient += 1 }
        guard let result = Int64(exactly: quotient) else { throw .integerTooLarge }
        return result
    }

    private static func wholeMicros(_ micros: Double) throws(PythonError) -> Int64 {
        guard let whole = Int64(exactly: micros.rounded(.toNearestOrEven)) else { throw .integerTooLarge }
        return whole
    }

    /// Rounded half to even, as timedelta's division.
    private static func roundedQuotient(_ a: Int64, _ b: Int64) -> Int64 {
        let (wideA, wideB) = (Int128(a), Int128(b))
        var quotient = wideA / wideB
        let rest = (wideA % wideB).magnitude * 2
        if rest > wideB.magnitude || rest == wideB.magnitude && quotient % 2 != 0 {
            quotient += (a < 0) != (b < 0) ? -1 : 1
        }
        return Int64(clamping: quotient)
    }

    private static func calendar(_ op: BinaryOperator, _ left: Value, _ right: Value) throws(PythonError) -> Value {
        switch (op, left, right) {
        case (.add, .date(let days), .duration(let span)), (.add, .duration(let span), .date(let days)):
            return .date(try dateShifted(days, by: Calendar.floorDivide(span, Calendar.microsecondsPerDay)))
        case (.subtract, .date(let days), .duration(let span)):
            return .date(try dateShifted(days, by: -Calendar.floorDivide(span, Calendar.microsecondsPerDay)))
        case (.subtract, .date(let a), .date(let b)):
            return .duration(
                try checked(Int64(a - b).multipliedReportingOverflow(by: Calendar.microsecondsPerDay)))
        case (.add, .datetime(let moment), .duration(let span)), (.add, .duration(let span), .datetime(let moment)):
            return .datetime(try shifted(moment, moment.localMicroseconds.addingReportingOverflow(span)))
        case (.subtract, .datetime(let moment), .duration(let span)):
            return .datetime(try shifted(moment, moment.localMicroseconds.subtractingReportingOverflow(span)))
        case (.subtract, .datetime(let a), .datetime(let b)):
            guard (a.offsetSeconds == nil) == (b.offsetSeconds == nil) else {
                throw .typeError("can't subtract offset-naive and offset-aware datetimes")
            }
            return .duration(try checked(a.instantOrLocal.subtractingReportingOverflow(b.instantOrLocal)))
        default: throw unsupported(op, left, right)
        }
    }

    private static func dateShifted(_ days: Int, by shift: Int64) throws(PythonError) -> Int {
        let shifted = days + Int(shift)
        guard yearRange.contains(Calendar.day(fromDays: shifted).year) else {
            throw .overflow("date value out of range")
        }
        return shifted
    }

    private static func shifted(
        _ moment: DateTimeValue, _ sum: (partialValue: Int64, overflow: Bool)
    ) throws(PythonError) -> DateTimeValue {
        guard !sum.overflow, yearRange.contains(Calendar.moment(fromMicroseconds: sum.partialValue).day.year) else {
            throw .overflow("date value out of range")
        }
        return DateTimeValue(localMicroseconds: sum.partialValue, offsetSeconds: moment.offsetSeconds)
    }

    /// The years that Python's dates have.
    static let yearRange = 1...9999

    // MARK: Text

    static func isoFormat(_ moment: DateTimeValue, separator: Unicode.Scalar = "T") -> String {
        let separatorByte = separator.isASCII ? UInt8(ascii: separator) : UInt8(ascii: "T")
        return written { out in
            Calendar.appendMoment(microseconds: moment.localMicroseconds, separator: separatorByte, to: out)
            if let offset = moment.offsetSeconds { Calendar.appendOffset(seconds: offset, to: out) }
        }
    }

    static func datetimeRepr(_ value: DateTimeValue) -> String {
        let moment = Calendar.moment(fromMicroseconds: value.localMicroseconds)
        var parts = [moment.day.year, moment.day.month, moment.day.day, moment.hour, moment.minute].map(String.init)
        if moment.second != 0 || moment.microsecond != 0 { parts.append(String(moment.second)) }
        if moment.microsecond != 0 { parts.append(String(moment.microsecond)) }
        if let offset = value.offsetSeconds {
            let zone =
                offset == 0 ? "datetime.timezone.utc" : "datetime.timezone(\(timedeltaRepr(Int64(offset) * 1_000_000)))"
            parts.append("tzinfo=" + zone)
        }
        return "datetime.datetime(\(parts.joined(separator: ", ")))"
    }

    /// Days (negative for negative spans), seconds of the day and microseconds, as timedelta normalises them.
    static func timedeltaParts(_ micros: Int64) -> (days: Int64, seconds: Int64, microseconds: Int64) {
        let days = Calendar.floorDivide(micros, Calendar.microsecondsPerDay)
        let within = micros &- days &* Calendar.microsecondsPerDay
        return (days, within / 1_000_000, within % 1_000_000)
    }

    /// `1 day, 2:03:04.000005`
    static func timedeltaText(_ micros: Int64) -> String {
        let (days, seconds, microseconds) = timedeltaParts(micros)
        var text = days == 0 ? "" : "\(days) day\(days.magnitude == 1 ? "" : "s"), "
        text += "\(seconds / 3600):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return microseconds == 0 ? text : text + "." + padded(microseconds, 6)
    }

    static func timedeltaRepr(_ micros: Int64) -> String {
        let (days, seconds, microseconds) = timedeltaParts(micros)
        let parts = [("days", days), ("seconds", seconds), ("microseconds", microseconds)].filter { $0.1 != 0 }
        let shown = parts.isEmpty ? "0" : parts.map { "\($0.0)=\($0.1)" }.joined(separator: ", ")
        return "datetime.timedelta(\(shown))"
    }
}
