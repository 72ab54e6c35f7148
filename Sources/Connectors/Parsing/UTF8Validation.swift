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
