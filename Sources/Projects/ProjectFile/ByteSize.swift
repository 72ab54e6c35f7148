/// Amounts of memory as people write them.
public enum ByteSize {
    private static let units: [(name: String, bytes: Int)] = [
        ("KIB", 1 << 10), ("MIB", 1 << 20), ("GIB", 1 << 30), ("TIB", 1 << 40), ("KB", 1000), ("MB", 1_000_000),
        ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30), ("B", 1),
    ]

    /// The bytes of a text such as `512MB`, `1.5GiB` or `2G`; `nil` for anything else, less than 1 MiB or beyond reason.
    public static func bytes(of text: String) -> Int? {
        let text = text.uppercased()
        let (suffix, scale) = units.first { text.hasSuffix($0.name) } ?? ("", 1)
        var digits = text.dropLast(suffix.count)
        while digits.last == " " { digits.removeLast() }
        guard let number = Double(digits), number > 0 else { return nil }
        let bytes = number * Double(scale)
        guard bytes >= Double(1 << 20), bytes < 1e15 else { return nil }
        return Int(bytes)
    }
}
