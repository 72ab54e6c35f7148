/// Names contents: FNV-1a of 128 bits, the same in every process and on every machine.
///
/// It tells folders of the cache apart; it is no protection against somebody who may write there.
public struct Fingerprint: Sendable {
    private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

    public init() {}

    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var state = state
        for byte in bytes { state = (state ^ UInt128(byte)) &* Self.prime }
        self.state = state
    }

    /// Adds a text and an end, so that `ab`, `c` and `a`, `bc` differ.
    public mutating func add(_ text: String) {
        Array(text.utf8 + [0]).withUnsafeBytes { add($0) }
    }

    /// 16 hexadecimal digits of it: enough for the entries of one cache.
    public var text: String {
        let digits = String(UInt64(truncatingIfNeeded: state ^ (state >> 64)), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
