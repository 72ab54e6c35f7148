/// Finding what the user probably meant.
public enum Suggestion {
    /// The candidate nearest to a misspelt name, or `nil` where none is near enough to be believed.
    ///
    /// Distance is Damerau–Levenshtein (optimal string alignment) without regard to case; up to a third of the longer
    /// name may differ, and at least one letter.
    public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let scalars = Array(candidate.lowercased().unicodeScalars)
            let limit = max(1, max(wanted.count, scalars.count) / 3)
            guard abs(wanted.count - scalars.count) <= limit else { continue }
            let distance = distance(wanted, scalars)
            if distance <= limit, distance < best?.distance ?? .max {
                best = (distance, candidate)
            }
        }
        return best?.candidate
    }

    /// `did you mean 'x'?`, or the list of what is valid where nothing is near.
    public static func hint(for name: String, among candidates: [String], listing what: String) -> String? {
        if let near = nearest(to: name, among: candidates) {
            return "did you mean '\(near)'?"
        }
        guard !candidates.isEmpty else { return nil }
        let shown = candidates.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
        return "\(what): \(shown)\(candidates.count > 20 ? ", …" : "")"
    }

    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        var current = previous
        for i in 1...left.count {
            current[0] = i
            for j in 1...right.count {
                let substitution = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
                current[j] = min(previous[j] + 1, current[j - 1] + 1, substitution)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    current[j] = min(current[j], beforePrevious[j - 2] + 1)
                }
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[right.count]
    }
}
