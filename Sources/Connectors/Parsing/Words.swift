/// Eight bytes at a time, the first in the lowest bits.
enum Word {
    @inline(__always)
    static func load(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
    }

    /// The first `count` bytes (0 to 8) of a word; the others zero.
    @inline(__always)
    static func low(_ word: UInt64, _ count: Int) -> UInt64 {
        count >= 8 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1)
    }

    @inline(__always)
    static func repeating(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The top bit of each byte that is zero.
    @inline(__always)
    static func zeroBytes(_ word: UInt64) -> UInt64 {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        return ~(((word & low) &+ low) | word | low)
    }

    /// A bit for each of 64 bytes: whether it is one of two.
    @inline(__always)
    static func matches(_ bytes: UnsafePointer<UInt8>, _ first: SIMD16<UInt8>, _ second: SIMD16<UInt8>) -> UInt64 {
        var result: UInt64 = 0
        for quarter in 0..<4 {
            let vector = UnsafeRawPointer(bytes + 16 &* quarter).loadUnaligned(as: SIMD16<UInt8>.self)
            let hits = (vector .== first) .| (vector .== second)
            let halves = unsafeBitCast(hits, to: SIMD2<UInt64>.self)
            result |= (bits(halves[0]) | bits(halves[1]) &<< 8) &<< UInt64(truncatingIfNeeded: 16 &* quarter)
        }
        return result
    }

    /// Gathers the top bits of eight bytes.
    @inline(__always)
    private static func bits(_ word: UInt64) -> UInt64 {
        ((word & 0x8080_8080_8080_8080) &* 0x0002_0408_1020_4081) &>> 56
    }
}
