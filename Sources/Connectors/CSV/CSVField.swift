/// A field as it is written, and what it says.
enum CSVField {
    /// The content of a field: quotes taken off, doubled ones single. `scratch` holds it where it had to be changed.
    static func content(
        _ raw: UnsafeBufferPointer<UInt8>, _ scratch: inout [UInt8],
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard raw.first == CSVDialect.quote else { return body(raw) }
        scratch.removeAll(keepingCapacity: true)
        var index = 1
        var isQuoted = true
        while index < raw.count {
            let byte = raw[index]
            if isQuoted, byte == CSVDialect.quote {
                if index + 1 < raw.count, raw[index + 1] == CSVDialect.quote {
                    scratch.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else {
                scratch.append(byte)
            }
            index += 1
        }
        scratch.withUnsafeBufferPointer(body)
    }

    static func text(_ raw: UnsafeBufferPointer<UInt8>) -> String {
        var scratch: [UInt8] = []
        var text = ""
        content(raw, &scratch) { text = String(decoding: $0, as: UTF8.self) }
        return text
    }

    /// Without the blanks around it, as pandas reads numbers.
    static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var (start, end) = (0, text.count)
        while start < end, text[start] == UInt8(ascii: " ") || text[start] == UInt8(ascii: "\t") { start += 1 }
        while end > start, text[end - 1] == UInt8(ascii: " ") || text[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        return UnsafeBufferPointer(rebasing: text[start..<end])
    }

    /// `True`, `TRUE`, `true` and their opposites, as pandas.
    static func boolean(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        switch text.count {
        case 4
        where text.elementsEqual("true".utf8) || text.elementsEqual("True".utf8)
            || text.elementsEqual("TRUE".utf8):
            true
        case 5
        where text.elementsEqual("false".utf8) || text.elementsEqual("False".utf8)
            || text.elementsEqual("FALSE".utf8):
            false
        default: nil
        }
    }
}
