/// Paths as text, with `/` between names.
public enum Path {
    /// What stands before the last name: `a` for `a/b`, empty for `b`, `/` for `/b`.
    public static func directory(of path: String) -> String {
        let bytes = path.utf8
        var end = bytes.endIndex
        while end > bytes.startIndex, bytes[bytes.index(before: end)] == slash { end = bytes.index(before: end) }
        guard let last = bytes[..<end].lastIndex(of: slash) else {
            return end == bytes.startIndex && !path.isEmpty ? "/" : ""
        }
        var cut = last
        while cut > bytes.startIndex, bytes[bytes.index(before: cut)] == slash { cut = bytes.index(before: cut) }
        return cut == bytes.startIndex ? "/" : String(path[..<cut])
    }

    /// The last name: `b` for `a/b`, empty for `a/`.
    public static func name(of path: String) -> String {
        path.utf8.lastIndex(of: slash).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    }

    /// Joins a directory and a name; an absolute name stands for itself.
    public static func join(_ directory: String, _ name: String) -> String {
        if directory.isEmpty || name.utf8.first == slash { return name }
        return directory.utf8.last == slash ? directory + name : directory + "/" + name
    }

    public static let slash = UInt8(ascii: "/")
}
