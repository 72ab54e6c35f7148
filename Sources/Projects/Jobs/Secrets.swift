import Diagnostics

/// Telling secrets by their looks: what looks like one is not written down.
enum Secrets {
    private static let words: Set<String> = [
        "password", "passwd", "pwd", "pass", "passphrase", "secret", "secrets", "token", "credential", "credentials",
        "auth", "authorization", "bearer", "apikey", "accesskey", "secretkey", "privatekey", "accountkey", "signature",
        "dsn",
    ]
    /// A key is one of these, or a column.
    private static let kindsOfKey: Set<String> = [
        "api", "access", "private", "account", "encryption", "service", "shared", "ssh", "license",
    ]

    static func isSecret(name: String) -> Bool {
        let parts = words(of: name)
        if parts.contains(where: words.contains) { return true }
        return zip(parts, parts.dropFirst()).contains { kindsOfKey.contains($0) && ($1 == "key" || $1 == "keys") }
    }

    static func isSecret(name: String, value: String) -> Bool {
        isSecret(name: name) || hasPassword(value) || hasSecretMember(JSONText.parse(value))
    }

    /// `https://name:password@host`, `password=…`
    private static func hasPassword(_ value: String) -> Bool {
        if value.contains(#/:\/\/[^\/@\s]*:[^\/@\s]+@/#) { return true }
        return value.contains(#/(?i)(password|passwd|pwd|secret|token|apikey|api_key|accountkey|sig)\s*[=:]\s*\S/#)
    }

    private static func hasSecretMember(_ json: JSONText?) -> Bool {
        switch json {
        case .object(let members)?:
            members.contains { member in
                isSecret(name: member.name) || member.value.string.map(hasPassword) == true
                    || hasSecretMember(member.value)
            }
        case .array(let elements)?:
            elements.contains { $0.string.map(hasPassword) == true || hasSecretMember($0) }
        default: false
        }
    }

    /// `apiKey`, `api_key`, `API-KEY`: `api`, `key`.
    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var current = ""
        var previous: Character = " "
        for letter in name {
            let begins = letter.isUppercase && previous.isLowercase
            if begins || !(letter.isLetter || letter.isNumber) {
                words.append(current)
                current = ""
            }
            if letter.isLetter || letter.isNumber { current += letter.lowercased() }
            previous = letter
        }
        return (words + [current]).filter { !$0.isEmpty }
    }
}
