/// Finding bytes that are not UTF-8.
enum UTF8Validation {
    /// The offset of the first byte that is not part of a well-formed sequence; `nil` where all are.
    ///
    /// Source: table 3-7 of the Unicode Standard.
    static func firstInvalid(_ bytes: UnsafePointer<UInt8>, count: Int) -> Int? {
        var index = 0
        while index < count {
            while index + 32 <= count {
                let word =
                    Word.load(bytes + index) | Word.load(bytes + index + 8) | Word.load(bytes + index + 16)
                    | Word.load(bytes + index + 24)
                if word & 0x8080_8080_8080_8080 != 0 { break }
                index += 32
            }
            guard index < count else { return nil }
            let lead = bytes[index]
            if lead < 0x80 {
                index += 1
                continue
            }
            let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
            guard lead >= 0xC2, lead <= 0xF4, index + length <= count else { return index }
            let lowest: UInt8 = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80
            let highest: UInt8 = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF
            guard bytes[index + 1] >= lowest, bytes[index + 1] <= highest else { return index }
            for place in 2..<max(2, length) where bytes[index + place] & 0xC0 != 0x80 { return index }
            index += length
        }
        return nil
    }
}

extension UTF8Validation {
    /// What a diagnostic says of a byte that is not UTF-8; `column` counts from 0.
    static func message(_ byte: UInt8, column: Int? = nil) -> String {
        let place = column.map { " in column \($0 + 1)" } ?? ""
        return "byte 0x\(String(byte, radix: 16, uppercase: true))\(place) is not UTF-8"
    }

    /// How to mend a file; `encoding` is the one it is likely to have.
    static func hint(encoding: String = "latin1") -> String {
        "convert the file, such as with 'iconv -f \(encoding) -t utf-8'"
    }
}

extension Block {
    /// The place of the first byte that is not UTF-8 among the `length` bytes from `start`, all by default.
    func firstInvalidUTF8(length: Int? = nil) -> Int? {
        UTF8Validation.firstInvalid(memory + start, count: length ?? end - start).map { start + $0 }
    }

    /// Leaves out the mark that some programs write before UTF-8.
    func skipByteOrderMark() {
        guard fileOffset == 0, start == 0, end >= 3 else { return }
        if memory[0] == 0xEF, memory[1] == 0xBB, memory[2] == 0xBF { start = 3 }
    }
}
