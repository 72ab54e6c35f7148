/// Random numbers that a seed repeats.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Damages texts as slips of the hand and of disks do: bytes, lines, words, ends.
struct Mutator {
    /// Where spliced lines and words come from.
    let others: [String]

    private static let words = [
        "{{", "}}", "{% if x %}", "{% endfor %}", "&a", "*a", "!!binary", "- ", ": ", "null", "~", "[", "]", "{", "}",
        "'", "\"", "|", ">-", "#", "\t", "\u{0}", "é", "👩‍👩‍👧", "e\u{301}", "0x1F", "1e999", "-1", "9223372036854775808",
        "NaN", "1d", "-5m", "yes", "lambda row: row", "f\"{", "((((((((", "))))", "not ", "**", "% 0", "// 0", "[::0]",
        "x" + String(repeating: "(", count: 300), "input", "output", "type", "windowing", "error_handling", "callable",
    ]

    func mutate(_ text: String, _ random: inout SplitMix) -> String {
        var text = text
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1: text = mutateLines(text, &random)
            case 2, 3, 4: text = mutateWords(text, &random)
            case 5:
                let bytes = mutateBytes(Array(text.utf8), &random)
                text = String(decoding: bytes, as: UTF8.self)
            case 6: text = String(text.prefix(Int.random(in: 0...max(1, text.count), using: &random)))
            default:
                guard let word = Self.words.randomElement(using: &random) else { continue }
                let place = text.index(text.startIndex, offsetBy: Int.random(in: 0...text.count, using: &random))
                text.insert(contentsOf: word, at: place)
            }
        }
        return text
    }

    func mutateBytes(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.remove(at: place)
            case 3: bytes.removeLast(bytes.count - place)
            case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
            default: bytes.insert(Array("\",\n\r{}[]:\\".utf8).randomElement(using: &random) ?? 0, at: place)
            }
        }
        return bytes
    }

    private func mutateLines(_ text: String, _ random: inout SplitMix) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard !lines.isEmpty else { return text }
        let place = Int.random(in: 0..<lines.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: lines.remove(at: place)
        case 1: lines.insert(lines[place], at: place)
        case 2: lines.swapAt(place, Int.random(in: 0..<lines.count, using: &random))
        case 3: lines[place] = "  " + lines[place]
        default:
            let donors = others.randomElement(using: &random)?.split(separator: "\n")
            if let line = donors?.randomElement(using: &random) { lines.insert(line, at: place) }
        }
        return lines.joined(separator: "\n")
    }

    private func mutateWords(_ text: String, _ random: inout SplitMix) -> String {
        var words = text.split(separator: " ", omittingEmptySubsequences: false)
        let place = Int.random(in: 0..<words.count, using: &random)
        let donor = others.randomElement(using: &random)?.split(separator: " ").randomElement(using: &random)
        let replacement = Bool.random(using: &random) ? donor : Self.words.randomElement(using: &random).map { $0[...] }
        if let replacement { words[place] = replacement }
        return words.joined(separator: " ")
    }
}
