/// The parts of an address that matter before it is handed to curl.
struct HTTPURL: Sendable {
    let scheme: String
    let host: String
    /// The address without user and password, fit to be shown and to be asked.
    let plain: String
    /// Those that the address holds, as in `https://user:password@host`.
    let credentials: HTTPCredentials?

    /// Reads `http://host:port/path`; `nil` where it is none of HTTP's.
    init?(_ text: String) {
        guard let colon = text.firstRange(of: "://") else { return nil }
        scheme = text[..<colon.lowerBound].lowercased()
        let rest = text[colon.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let end = authority.lastIndex(of: "@")
        let address = end.map { authority[authority.index(after: $0)...] } ?? authority
        guard ["http", "https"].contains(scheme), !address.isEmpty,
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
        else { return nil }
        if address.first == "[" {
            host = String(address.dropFirst().prefix { $0 != "]" })
        } else {
            host = String(address.prefix { $0 != ":" }).lowercased()
        }
        plain = "\(scheme)://\(address)\(rest[authority.endIndex...])"
        credentials = end.map { end in
            let parts = authority[..<end].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return .basic(user: Self.unescaped(parts[0]), password: parts.count > 1 ? Self.unescaped(parts[1]) : "")
        }
    }

    /// Whether the server is this machine, which no proxy can stand for.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// `%41` is `A`; what is no such escape stays.
    private static func unescaped(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                result.append(byte)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
