/// Hashes of keys. They are the same in every process: partitions, and so the order of results, follow from them.
enum Hashing {
    /// Odd constants with well spread bits: the fractional parts of the golden ratio and of √2, √3.
    private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let rootTwo: UInt64 = 0x6A09_E667_F3BC_C909
    private static let rootThree: UInt64 = 0xBB67_AE85_84CA_A73B

    /// A multiplication whose halves are folded together, so that every bit of the input reaches every bit.
    @inline(__always)
    static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    @inline(__always)
    static func hash(_ value: Int64) -> UInt64 {
        mix(UInt64(bitPattern: value) ^ rootTwo, golden)
    }

    @inline(__always)
    static func hash(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        let raw = UnsafeRawPointer(bytes)
        var state = UInt64(truncatingIfNeeded: count) &* golden ^ rootThree
        var offset = 0
        while offset + 8 <= count {
            state = mix(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), golden)
            offset += 8
        }
        if offset < count {
            var tail: UInt64 = 0
            if count >= 8 {
                tail = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            } else {
                for index in offset..<count { tail = tail << 8 | UInt64(bytes[index]) }
            }
            state = mix(state ^ tail, rootTwo)
        }
        return mix(state, golden)
    }

    /// Keys that are null all hash alike.
    static let null: UInt64 = mix(rootTwo, rootThree)
}
