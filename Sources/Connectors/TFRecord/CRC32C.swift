/// The Castagnoli checksum, eight bytes a step.
enum CRC32C {
    /// Table k, entry b: the checksum of byte b followed by k zeros; 2048 entries in a row.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var value = UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78 }
            tables[byte] = value
        }
        for index in 256..<(8 * 256) {
            let before = tables[index - 256]
            tables[index] = before >> 8 ^ tables[Int(before & 0xFF)]
        }
        return tables
    }()

    static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        guard let base = bytes.baseAddress else { return 0 }
        return tables.withUnsafeBufferPointer { tables in
            var value = ~UInt32(0)
            var index = 0
            while index + 8 <= bytes.count {
                let word = Word.load(base + index) ^ UInt64(value)
                value = 0
                for step in 0..<8 {
                    value ^= tables[(7 - step) * 256 + Int(truncatingIfNeeded: word >> UInt64(8 * step) & 0xFF)]
                }
                index += 8
            }
            while index < bytes.count {
                value = value >> 8 ^ tables[Int((value ^ UInt32(base[index])) & 0xFF)]
                index += 1
            }
            return ~value
        }
    }

    /// TFRecord's form, which keeps checksums of data with checksums in it from being weak.
    static func masked(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let value = checksum(bytes)
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }
}
