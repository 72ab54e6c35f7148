#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Shell patterns: `*`, `?`, `[a-z]`, `[!a]` within a name, `**` across directories, `{a,b}` for alternatives.
///
/// A name that starts with a point matches only a pattern that does, as in a shell.
public enum Glob {
    /// How deep `**` descends.
    static let maximumDepth = 64
    /// How many patterns `{a,b}` may expand to.
    static let maximumAlternatives = 1024

    public static func isPattern(_ path: String) -> Bool {
        path.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
            || alternatives(of: path).count > 1
    }

    /// The files that a pattern matches, sorted by the bytes of their paths. Directories are left out.
    ///
    /// A path without wildcards gives itself if it is there. Directories that cannot be read are an error only where
    /// the pattern names them.
    public static func files(matching pattern: String) throws(SystemError) -> [String] {
        var found: Set<[UInt8]> = []
        // A file whose name has brackets or braces in it is itself.
        if !pattern.isEmpty, let status = try FileSystem.status(of: pattern), status.kind != .directory {
            return [pattern]
        }
        for alternative in alternatives(of: pattern) {
            let isAbsolute = alternative.utf8.first == Path.slash
            let components = alternative.utf8.split(separator: Path.slash).map { Array($0) }
            walk(isAbsolute ? "/" : "", components[...], depth: 0, into: &found)
        }
        return found.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func walk(
        _ directory: String, _ components: ArraySlice<[UInt8]>, depth: Int, into found: inout Set<[UInt8]>
    ) {
        guard let component = components.first, depth <= maximumDepth else { return }
        let rest = components.dropFirst()
        if component == Array("**".utf8) {
            if rest.isEmpty {
                walk(directory, [Array("*".utf8)], depth: depth + 1, into: &found)
            } else {
                walk(directory, rest, depth: depth + 1, into: &found)
            }
            for name in (try? FileSystem.names(in: directory)) ?? [] where name.utf8.first != UInt8(ascii: ".") {
                let path = Path.join(directory, name)
                // A link to a directory above would make the walk endless.
                if FileSystem.isDirectory(path), !FileSystem.isLink(path) {
                    walk(path, components, depth: depth + 1, into: &found)
                }
            }
        } else if component.contains(where: { "*?[".utf8.contains($0) }) {
            for name in (try? FileSystem.names(in: directory)) ?? [] where matches(Array(name.utf8), component) {
                descend(Path.join(directory, name), rest, depth, &found)
            }
        } else {
            descend(Path.join(directory, String(decoding: component, as: UTF8.self)), rest, depth, &found)
        }
    }

    private static func descend(
        _ path: String, _ rest: ArraySlice<[UInt8]>, _ depth: Int, _ found: inout Set<[UInt8]>
    ) {
        guard let status = try? FileSystem.status(of: path) else { return }
        if rest.isEmpty {
            if status.kind != .directory { found.insert(Array(path.utf8)) }
        } else if status.kind == .directory {
            walk(path, rest, depth: depth + 1, into: &found)
        }
    }

    /// Whether a name matches a pattern of one component.
    public static func matches(_ name: String, pattern: String) -> Bool {
        matches(Array(name.utf8), Array(pattern.utf8))
    }

    /// Backtracks to the last `*` only, so that time is at most the product of the lengths.
    private static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
        if name.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") { return false }
        var (at, position) = (0, 0)
        var star: (position: Int, at: Int)?
        while at < name.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                star = (position + 1, at)
                position += 1
            } else if position < pattern.count,
                let next = matchOne(name, at, pattern, position)
            {
                at += next.consumed
                position = next.position
            } else if let resume = star {
                star = (resume.position, resume.at + 1)
                at = resume.at + 1
                position = resume.position
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static func matchOne(
        _ name: [UInt8], _ at: Int, _ pattern: [UInt8], _ position: Int
    ) -> (consumed: Int, position: Int)? {
        switch pattern[position] {
        case UInt8(ascii: "?"):
            var end = at + 1
            while end < name.count, name[end] & 0xC0 == 0x80 { end += 1 }
            return (end - at, position + 1)
        case UInt8(ascii: "["):
            guard let close = setEnd(pattern, position) else { break }
            var index = position + 1
            let isNegated = pattern[index] == UInt8(ascii: "!") || pattern[index] == UInt8(ascii: "^")
            if isNegated { index += 1 }
            var isMember = false
            while index < close {
                if index + 2 < close, pattern[index + 1] == UInt8(ascii: "-") {
                    if pattern[index] <= name[at], name[at] <= pattern[index + 2] { isMember = true }
                    index += 3
                } else {
                    if pattern[index] == name[at] { isMember = true }
                    index += 1
                }
            }
            return isMember != isNegated ? (1, close + 1) : nil
        default: break
        }
        return pattern[position] == name[at] ? (1, position + 1) : nil
    }

    /// The position of the `]` that closes a set; a `]` right at its start belongs to it.
    private static func setEnd(_ pattern: [UInt8], _ open: Int) -> Int? {
        var index = open + 1
        if index < pattern.count, pattern[index] == UInt8(ascii: "!") || pattern[index] == UInt8(ascii: "^") {
            index += 1
        }
        if index < pattern.count { index += 1 }
        while index < pattern.count {
            if pattern[index] == UInt8(ascii: "]") { return index }
            index += 1
        }
        return nil
    }

    /// `a{b,c}d` as `abd` and `acd`; braces without a comma stay as they are.
    static func alternatives(of pattern: String) -> [String] {
        var pending = [Array(pattern.utf8)]
        var done: [String] = []
        while let next = pending.popLast() {
            guard done.count + pending.count < maximumAlternatives, let group = braceGroup(next) else {
                done.append(String(decoding: next, as: UTF8.self))
                continue
            }
            for option in group.options.reversed() {
                pending.append(Array(next[..<group.open]) + option + Array(next[(group.close + 1)...]))
            }
        }
        return done
    }

    private static func braceGroup(_ pattern: [UInt8]) -> (open: Int, close: Int, options: [[UInt8]])? {
        for open in pattern.indices where pattern[open] == UInt8(ascii: "{") {
            var depth = 0
            var commas: [Int] = []
            for index in open..<pattern.count {
                switch pattern[index] {
                case UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: ",") where depth == 1: commas.append(index)
                case UInt8(ascii: "}"):
                    depth -= 1
                    guard depth == 0 else { continue }
                    if commas.isEmpty { break }
                    let cuts = [open] + commas + [index]
                    return (open, index, zip(cuts, cuts.dropFirst()).map { Array(pattern[($0 + 1)..<$1]) })
                default: break
                }
                if depth == 0 { break }
            }
        }
        return nil
    }
}
