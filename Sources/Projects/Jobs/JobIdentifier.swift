/// Names of jobs: short, typeable, told apart by their ends.
enum JobIdentifier {
    /// Without letters and digits that look alike.
    private static let letters = Array("23456789abcdefghjkmnpqrstuvwxyz")

    /// A new name, such as `orders-7f3k`.
    static func make(for name: String) -> String {
        let suffix = String((0..<4).map { _ in letters.randomElement() ?? "x" })
        return "\(stem(of: name))-\(suffix)"
    }

    /// Lower-case letters, digits and single hyphens; never empty.
    static func stem(of name: String) -> String {
        var stem = ""
        for scalar in name.lowercased().unicodeScalars {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if isPlain { stem.unicodeScalars.append(scalar) } else if !stem.hasSuffix("-") { stem += "-" }
        }
        let words = stem.split(separator: "-")
        var short = ""
        for word in words {
            guard short.count + word.count < 24 else { break }
            short += (short.isEmpty ? "" : "-") + word
        }
        if short.isEmpty, let first = words.first { short = String(first.prefix(24)) }
        return short.isEmpty ? "job" : short
    }
}
