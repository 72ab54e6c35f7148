/// Names of jobs: short, typeable, told apart by their ends.
enum JobIdentifier {
    /// Without letters and digits that look alike.
    private static let letters = Array("23456789abcdefghjkmnpqrstuvwxyz")

    private static let hyphen = UInt8(ascii: "-")
    private static let maximumStem = 24

    /// A new name, such as `orders-7f3k`.
    static func make(for name: String) -> String {
        let suffix = String((0..<4).map { _ in letters.randomElement() ?? "x" })
        return "\(stem(of: name))-\(suffix)"
    }

    /// Lower-case letters, digits and single hyphens; never empty.
    static func stem(of name: String) -> String {
        var stem: [UInt8] = []
        // Where the last word that is whole ends.
        var end = 0
        for byte in name.utf8 {
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            if isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                stem.append(isLetter ? byte | 0x20 : byte)
            } else if let last = stem.last, last != hyphen {
                end = stem.count
                stem.append(hyphen)
            }
            guard stem.count <= maximumStem else {
                stem.removeLast(stem.count - (end == 0 ? maximumStem : end))
                break
            }
        }
        if stem.last == hyphen { stem.removeLast() }
        return stem.isEmpty ? "job" : String(decoding: stem, as: UTF8.self)
    }
}
