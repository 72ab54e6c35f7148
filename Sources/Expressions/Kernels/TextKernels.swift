import DataModel

/// A method from string to string without arguments: `upper`, `lower`, `strip` and the like.
///
/// ASCII goes byte by byte; only strings with other characters go through the runtime.
struct TextTransformKernel: Kernel {
    static let methods: Set<String> = ["upper", "lower", "strip", "lstrip", "rstrip"]

    let operand: any Kernel
    let method: String

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let vector = operand.evaluate(evaluation)
        let count = evaluation.count
        guard case .column(let column) = vector, case .string(let strings) = column.data else {
            return slow(vector, evaluation)
        }
        Failures.ofNulls(column, evaluation) { () throws(PythonError) in
            _ = try PythonRuntime.callMethod(.null, method, [], [])
        }
        let used = Int(strings.offsets[count]) - Int(strings.offsets[0])
        let all = UnsafeBufferPointer(start: strings.bytes.pointer + Int(strings.offsets[0]), count: used)
        if TextBytes.isASCII(all), method == "upper" || method == "lower" {
            return .column(wholeCase(column, strings, used))
        }
        return .column(perString(column, strings, evaluation))
    }

    private func slow(_ vector: Vector, _ evaluation: Evaluation) -> Vector {
        var builder = ColumnBuilder(type: .string, capacity: evaluation.count)
        for row in 0..<evaluation.count {
            do throws(PythonError) {
                builder.append(try PythonRuntime.callMethod(vector.value(at: row), method, [], []))
            } catch {
                evaluation.fail(row, error)
                builder.appendNull()
            }
        }
        return .column(builder.finish())
    }

    /// All strings at once: their lengths stay, so the offsets do.
    private func wholeCase(_ column: Column, _ strings: StringBuffer, _ used: Int) -> Column {
        let start = Int(strings.offsets[0])
        let bytes = Buffer<UInt8>(uninitializedCount: start + used)
        let (out, from) = (bytes.pointer, strings.bytes.pointer)
        let first: UInt8 = method == "upper" ? UInt8(ascii: "a") : UInt8(ascii: "A")
        for index in 0..<start { out[index] = 0 }
        for index in start..<start + used {
            let byte = from[index]
            out[index] = byte ^ (byte &- first < 26 ? 0x20 : 0)
        }
        return Column(
            type: .string, count: column.count, validity: column.validity,
            data: .string(StringBuffer(offsets: strings.offsets, bytes: bytes)))
    }

    private func perString(_ column: Column, _ strings: StringBuffer, _ evaluation: Evaluation) -> Column {
        let count = evaluation.count
        let bytes = Buffer<UInt8>(capacity: strings.bytes.count)
        let offsets = Buffer<Int32>(capacity: count + 1)
        offsets.append(0)
        for row in 0..<count {
            let text = strings[row]
            if TextBytes.isASCII(text) {
                transform(text, into: bytes)
            } else {
                var changed = String(decoding: text, as: UTF8.self)
                evaluation.attempt(row) { () throws(PythonError) in
                    if case .string(let result) = try PythonRuntime.callMethod(.string(changed), method, [], []) {
                        changed = result
                    }
                }
                changed.withUTF8 { utf8 in
                    if let base = utf8.baseAddress { bytes.append(base, count: utf8.count) }
                }
            }
            offsets.append(Int32(bytes.count))
        }
        return Column(
            type: .string, count: count, validity: column.validity,
            data: .string(StringBuffer(offsets: offsets, bytes: bytes)))
    }

    private func transform(_ text: UnsafeBufferPointer<UInt8>, into bytes: Buffer<UInt8>) {
        guard let base = text.baseAddress else { return }
        switch method {
        case "upper", "lower":
            let first: UInt8 = method == "upper" ? UInt8(ascii: "a") : UInt8(ascii: "A")
            for byte in text { bytes.append(byte ^ (byte &- first < 26 ? 0x20 : 0)) }
        default:
            var (start, end) = (0, text.count)
            if method != "rstrip" { while start < end, Self.isSpace(text[start]) { start += 1 } }
            if method != "lstrip" { while end > start, Self.isSpace(text[end - 1]) { end -= 1 } }
            bytes.append(base + start, count: end - start)
        }
    }

    /// ASCII characters that Python's `str.isspace` accepts.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte >= 0x09 && byte <= 0x0D || byte >= 0x1C && byte <= 0x1F
    }
}

enum Failures {
    /// Records what the operation raises for None at every null row of the column.
    static func ofNulls(
        _ column: Column, _ evaluation: Evaluation, _ operation: () throws(PythonError) -> Void
    ) {
        guard let validity = column.validity else { return }
        for row in 0..<evaluation.count where validity[row] == 0 { evaluation.attempt(row, operation) }
    }
}

/// `text.split(separator)` with a constant separator.
struct SplitKernel: Kernel {
    let operand: any Kernel
    let separator: [UInt8]

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let column = operand.evaluate(evaluation).column(type: FieldType.string.nullable, count: evaluation.count)
        let count = evaluation.count
        Failures.ofNulls(column, evaluation) { () throws(PythonError) in
            _ = try PythonRuntime.callMethod(.null, "split", [], [])
        }
        guard case .string(let strings) = column.data, let first = separator.first else {
            return .column(.nulls(type: .list(.string), count: count))
        }
        let lists = Buffer<Int32>(uninitializedCount: count + 1)
        lists[0] = 0
        let used = Int(strings.offsets[count]) - Int(strings.offsets[0])
        let from = strings.bytes.pointer
        var separators = 0
        for index in Int(strings.offsets[0])..<Int(strings.offsets[count]) {
            separators += from[index] == first ? 1 : 0
        }
        let offsets = Buffer<Int32>(uninitializedCount: separators + count + 1)
        let bytes = Buffer<UInt8>(uninitializedCount: used)
        let (starts, out) = (offsets.pointer, bytes.pointer)
        starts[0] = 0
        var (pieces, written) = (0, 0)
        let isSingle = separator.count == 1
        for row in 0..<count {
            var index = Int(strings.offsets[row])
            let end = Int(strings.offsets[row + 1])
            while index < end {
                let byte = from[index]
                if byte == first, isSingle || matches(from + index, end - index) {
                    pieces += 1
                    starts[pieces] = Int32(truncatingIfNeeded: written)
                    index += separator.count
                } else {
                    out[written] = byte
                    written += 1
                    index += 1
                }
            }
            // What stands behind the last separator is a piece, too, even where it is empty.
            pieces += 1
            starts[pieces] = Int32(truncatingIfNeeded: written)
            lists[row + 1] = Int32(truncatingIfNeeded: pieces)
        }
        offsets.count = pieces + 1
        bytes.count = written
        let elements = Column(
            type: .string, count: pieces, data: .string(StringBuffer(offsets: offsets, bytes: bytes)))
        return .column(
            Column(type: .list(.string), count: count, data: .list(offsets: lists, elements: ColumnBox(elements))))
    }

    private func matches(_ text: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        guard length >= separator.count else { return false }
        for index in 1..<separator.count where text[index] != separator[index] { return false }
        return true
    }
}

/// `startswith` and `endswith` with one string.
struct AffixKernel: Kernel {
    let operand: any Kernel
    let affix: any Kernel
    let isSuffix: Bool

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let first = operand.evaluate(evaluation)
        let second = affix.evaluate(evaluation)
        let count = evaluation.count
        let result = Buffer<UInt8>(repeating: 0, count: count)
        let name = isSuffix ? "endswith" : "startswith"
        if let texts = first.strings, let affixes = second.strings {
            for row in 0..<count {
                let holds = texts.withBytes(row) { text in
                    affixes.withBytes(row) { affix in
                        guard affix.count <= text.count else { return false }
                        let start = isSuffix ? text.count - affix.count : 0
                        for index in 0..<affix.count where text[start + index] != affix[index] { return false }
                        return true
                    }
                }
                result.pointer[row] = holds ? 1 : 0
            }
        }
        if first.mayHaveNulls || second.mayHaveNulls {
            for row in 0..<count where first.isNull(row) || second.isNull(row) {
                evaluation.attempt(row) { () throws(PythonError) in
                    _ = try PythonRuntime.callMethod(first.value(at: row), name, [second.value(at: row)], [])
                }
            }
        }
        return .column(Column(type: .boolean, count: count, data: .boolean(result)))
    }
}

/// `len` of strings, in code points, and of lists and dicts.
struct LengthKernel: Kernel {
    let operand: any Kernel

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let count = evaluation.count
        let vector = operand.evaluate(evaluation)
        let result = Buffer<Int64>(repeating: 0, count: count)
        let out = result.pointer
        if case .column(let column) = vector {
            switch column.data {
            case .string(let strings):
                let isText = column.type.kind == .string
                for row in 0..<count {
                    let bytes = strings[row]
                    var length = 0
                    for byte in bytes { length += byte & 0xC0 != 0x80 || !isText ? 1 : 0 }
                    out[row] = Int64(length)
                }
            case .list(let offsets, _):
                for row in 0..<count { out[row] = Int64(offsets[row + 1] - offsets[row]) }
            case .map(let offsets, _, _):
                for row in 0..<count { out[row] = Int64(offsets[row + 1] - offsets[row]) }
            default:
                for row in 0..<count {
                    evaluation.attempt(row) { () throws(PythonError) in
                        let length = try PythonRuntime.callFunction("len", [column.value(at: row)], [])
                        if case .int(let number) = length { out[row] = number }
                    }
                }
                return .column(Column(type: .int64, count: count, data: .int64(result)))
            }
            Failures.ofNulls(column, evaluation) { () throws(PythonError) in
                _ = try PythonRuntime.callFunction("len", [.null], [])
            }
        } else if case .constant(let value) = vector {
            for row in 0..<count {
                evaluation.attempt(row) { () throws(PythonError) in
                    if case .int(let length) = try PythonRuntime.callFunction("len", [value], []) { out[row] = length }
                }
            }
        }
        return .column(Column(type: .int64, count: count, data: .int64(result)))
    }
}

/// `text.replace(old, new)` with constants.
struct ReplacementKernel: Kernel {
    let operand: any Kernel
    let old: [UInt8]
    let new: [UInt8]

    func evaluate(_ evaluation: Evaluation) -> Vector {
        let column = operand.evaluate(evaluation).column(type: FieldType.string.nullable, count: evaluation.count)
        let count = evaluation.count
        Failures.ofNulls(column, evaluation) { () throws(PythonError) in
            _ = try PythonRuntime.callMethod(.null, "replace", [], [])
        }
        guard case .string(let strings) = column.data, let first = old.first else {
            return .column(.nulls(type: .string, count: count))
        }
        let bytes = Buffer<UInt8>(capacity: strings.bytes.count)
        let offsets = Buffer<Int32>(uninitializedCount: count + 1)
        offsets[0] = 0
        for row in 0..<count {
            let text = strings[row]
            var (index, kept) = (0, 0)
            guard let base = text.baseAddress else { continue }
            while index + old.count <= text.count {
                guard text[index] == first, matches(base + index) else {
                    index += 1
                    continue
                }
                bytes.append(base + kept, count: index - kept)
                new.withUnsafeBufferPointer { new in
                    if let replacement = new.baseAddress { bytes.append(replacement, count: new.count) }
                }
                index += old.count
                kept = index
            }
            bytes.append(base + kept, count: text.count - kept)
            offsets[row + 1] = Int32(bytes.count)
        }
        return .column(
            Column(type: .string, count: count, data: .string(StringBuffer(offsets: offsets, bytes: bytes))))
    }

    private func matches(_ text: UnsafePointer<UInt8>) -> Bool {
        for index in 0..<old.count where text[index] != old[index] { return false }
        return true
    }
}
