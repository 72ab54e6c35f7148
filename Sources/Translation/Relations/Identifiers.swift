/// Names of a program that are legal in SQL and in Python without quotes, each given once.
struct Identifiers {
    private var taken: Set<String>

    init(reserved: [String] = []) {
        taken = Set(reserved)
    }

    /// A name made of a step's: `Clean/Filter` becomes `clean_filter`, a second one `clean_filter_2`.
    mutating func name(for text: String) -> String {
        var name = ""
        var previous: Character?
        for character in text {
            let isWord = character.isASCII && (character.isLetter || character.isNumber)
            guard isWord else {
                if !name.isEmpty, name.last != "_" { name.append("_") }
                previous = nil
                continue
            }
            // `ReadOrders` reads better as `read_orders` among the lower case names of a program.
            if character.isUppercase, previous?.isLowercase == true || previous?.isNumber == true { name.append("_") }
            name += character.lowercased()
            previous = character
        }
        while name.last == "_" { name.removeLast() }
        if name.isEmpty || name.first?.isNumber == true { name = "step_" + name }
        var candidate = name
        var number = 2
        while !taken.insert(candidate).inserted {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }
}
