public import Diagnostics
public import Platform

/// A text that may take parts from environment variables, as in `https://ci:${env:CLUSTER_TOKEN}@flink.example.com`.
///
/// The variables are read when the text is used, and never before: what is printed, recorded or compared is the text as
/// it was written. `$${` stands for `${`.
public struct SecretText: Sendable, CustomStringConvertible, CustomReflectable {
    enum Piece: Sendable, Equatable {
        case text(String)
        case variable(String)
    }

    /// What a person wrote.
    public let description: String
    let pieces: [Piece]
    /// Where it stands, for what is missing.
    public let range: SourceRange?

    /// A text without variables.
    public init(_ text: String) {
        description = text
        pieces = [.text(text)]
        range = nil
    }

    /// A text as it was written down, with its variables.
    public init(written text: String) {
        self = (try? Self(parsing: text, at: nil)) ?? Self(text)
    }

    /// Whether a part comes from elsewhere.
    public var hasVariables: Bool { pieces.contains { if case .variable = $0 { true } else { false } } }

    public var customMirror: Mirror { Mirror(self, children: ["text": description]) }

    /// The text with the variables' values.
    ///
    /// - Parameter environment: gives the value of a variable; that of the process if left out.
    /// - Throws: which variable is missing.
    public func resolved(environment: (String) -> String? = { Environment[$0] }) throws(Diagnostic) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .variable(let name):
                guard let value = environment(name) else {
                    throw Diagnostic(
                        .missingEnvironment, "the environment variable '\(name)' is not set", at: range,
                        hint: "export \(name) before the command, or in the job's environment")
                }
                text += value
            }
        }
        return text
    }

    /// Why a text is no such text, and where in it: UTF-8 offsets.
    struct Problem: Error {
        let message: String
        let place: Range<Int>
        let hint: String
    }

    init(parsing text: String, at range: SourceRange?) throws(Problem) {
        description = text
        self.range = range
        pieces = try Self.pieces(Array(text.utf8))
    }

    private static func pieces(_ bytes: [UInt8]) throws(Problem) -> [Piece] {
        let dollar = UInt8(ascii: "$")
        let brace = UInt8(ascii: "{")
        var pieces: [Piece] = []
        var plain: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            if rest.starts(with: [dollar, dollar, brace]) {
                plain += [dollar, brace]
                index += 3
            } else if rest.starts(with: [dollar, brace]) {
                let end = rest.firstIndex(of: UInt8(ascii: "}"))
                let place = index..<(end.map { $0 + 1 } ?? bytes.count)
                guard let end else {
                    throw Problem(message: "'${' is not closed", place: place, hint: "write ${env:NAME}")
                }
                let inside = String(decoding: bytes[(index + 2)..<end], as: UTF8.self)
                let name = String(inside.dropFirst(4))
                guard inside.hasPrefix("env:"), isName(name) else {
                    throw Problem(
                        message: "'${\(inside)}' does not name an environment variable", place: place,
                        hint: isName(inside)
                            ? "did you mean '${env:\(inside)}'?" : "write ${env:NAME}, or $${ for the characters")
                }
                if !plain.isEmpty { pieces.append(.text(String(decoding: plain, as: UTF8.self))) }
                plain = []
                pieces.append(.variable(name))
                index = end + 1
            } else {
                plain.append(bytes[index])
                index += 1
            }
        }
        if !plain.isEmpty { pieces.append(.text(String(decoding: plain, as: UTF8.self))) }
        return pieces
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (48...57).contains(byte)
                || byte == UInt8(ascii: "_")
        }
    }
}
