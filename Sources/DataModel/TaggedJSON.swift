public import Diagnostics

/// Values of the dynamic type as JSON: plain where JSON has the kind, else an object with one tag as its key. The
/// workers' `tagged_json.py` is the other side.
public enum TaggedJSON {
    /// The text of a value, byte for byte the one that the workers' side writes: of equal texts the values are equal.
    public static func text(_ value: Value) -> String {
        text(json(value))
    }

    /// JSON as the workers' side writes it.
    public static func text(_ json: JSONText) -> String {
        let out = Buffer<UInt8>()
        append(json, to: out)
        return String(decoding: out.elements, as: UTF8.self)
    }

    /// The value that a text stands for; `nil` where it stands for none.
    public static func value(ofText text: String) -> Value? {
        var text = text
        return text.withUTF8 { JSONText.parse(UnsafeRawBufferPointer($0)) }.flatMap(value)
    }

    private static func append(_ json: JSONText, to out: Buffer<UInt8>) {
        switch json {
        case .number(let number): JSONWriter.append(.double(number), to: out)
        case .string(let text): JSONWriter.append(.string(text), to: out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                append(element, to: out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSONWriter.append(.string(member.name), to: out)
                out.append(UInt8(ascii: ":"))
                append(member.value, to: out)
            }
            out.append(UInt8(ascii: "}"))
        case .null, .boolean, .integer: for byte in json.compact.utf8 { out.append(byte) }
        }
    }

    /// A value as JSON that keeps its kind.
    public static func json(_ value: Value) -> JSONText {
        switch value {
        case .null: .null
        case .boolean(let flag): .boolean(flag)
        case .int(let number): .integer(number)
        case .double(let number):
            number.isFinite
                ? .number(number) : tagged("$double", .string(number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"))
        case .string(let text): .string(text)
        case .bytes(let bytes): tagged("$bytes", .string(String(decoding: Base64.encode(bytes), as: UTF8.self)))
        case .timestamp(let micros): tagged("$timestamp", .integer(micros))
        case .duration(let micros): tagged("$duration", .integer(micros))
        case .date(let days): tagged("$date", .integer(days))
        case .datetime(let moment):
            tagged(
                "$datetime",
                .array([
                    .integer(moment.localMicroseconds), moment.offsetSeconds.map { .integer(Int64($0)) } ?? .null,
                ]))
        case .decimal(let number): tagged("$decimal", .string(number.description))
        case .list(let elements): .array(elements.map(json))
        case .map(let map): tagged("$map", .array(map.entries.map { .array([json($0.key), json($0.value)]) }))
        case .row(let row):
            tagged("$row", .object(zip(row.names, row.values).map { JSONText.Member($0, json($1)) }))
        }
    }

    private static func tagged(_ tag: String, _ content: JSONText) -> JSONText {
        .object([JSONText.Member(tag, content)])
    }

    /// The value of a text; `nil` where it is none.
    static func value(_ text: JSONText) -> Value? {
        switch text {
        case .null: return .null
        case .boolean(let flag): return .boolean(flag)
        case .integer(let number): return .int(number)
        case .number(let number): return .double(number)
        case .string(let text): return .string(text)
        case .array(let elements): return values(elements).map { .list($0) }
        case .object(let members):
            guard members.count == 1 else { return nil }
            return value(tag: members[0].name, members[0].value)
        }
    }

    private static func values(_ elements: [JSONText]) -> [Value]? {
        let values = elements.compactMap(value)
        return values.count == elements.count ? values : nil
    }

    private static func value(tag: String, _ content: JSONText) -> Value? {
        switch (tag, content) {
        case ("$double", .string(let text)): return Double(text).map { .double($0) }
        case ("$bytes", .string(let text)): return Base64.decode(text).map { .bytes($0) }
        case ("$timestamp", .integer(let micros)): return .timestamp(micros)
        case ("$duration", .integer(let micros)): return .duration(micros)
        case ("$date", .integer(let days)): return .date(Int(days))
        case ("$datetime", .array(let parts)):
            guard parts.count == 2, case .integer(let micros) = parts[0] else { return nil }
            let offset: Int? = if case .integer(let seconds) = parts[1] { Int(seconds) } else { nil }
            return .datetime(DateTimeValue(localMicroseconds: micros, offsetSeconds: offset))
        case ("$decimal", .string(let text)): return DecimalValue(text).map { .decimal($0) }
        case ("$map", .array(let pairs)):
            var entries: [(Value, Value)] = []
            for pair in pairs {
                guard case .array(let sides) = pair, sides.count == 2, let key = value(sides[0]),
                    let value = value(sides[1])
                else { return nil }
                entries.append((key, value))
            }
            return .map(MapValue(entries))
        case ("$row", .object(let members)):
            return values(members.map(\.value)).map { .row(RowValue(names: members.map(\.name), values: $0)) }
        default: return nil
        }
    }
}

extension DecimalValue {
    /// The number that digits with at most one point and a sign say; `nil` beyond 38 digits.
    init?(_ text: String) {
        var unscaled: Int128 = 0
        var scale: Int?
        var digits = 0
        var isNegative = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where index == 0: isNegative = true
            case UInt8(ascii: "+") where index == 0: break
            case UInt8(ascii: ".") where scale == nil: scale = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let (product, overflow) = unscaled.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(Int128(byte - UInt8(ascii: "0")))
                guard !overflow, !carry else { return nil }
                unscaled = sum
                digits += 1
                scale = scale.map { $0 + 1 }
            default: return nil
            }
        }
        guard digits > 0 else { return nil }
        self.init(unscaled: isNegative ? -unscaled : unscaled, scale: scale ?? 0)
    }
}
