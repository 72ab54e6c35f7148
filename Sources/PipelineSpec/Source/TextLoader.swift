/// Gives the bytes of a pipeline, a template or a providers file; the module itself opens nothing.
public protocol TextLoader: Sendable {
    /// The whole content of a file.
    ///
    /// - Throws: `TextLoadingError.notFound` where no such file exists, `.failed` for anything else.
    func load(path: String) throws(TextLoadingError) -> [UInt8]
}

/// Why a text could not be loaded.
public enum TextLoadingError: Error, Equatable {
    case notFound
    /// The system's reason, such as `permission denied`.
    case failed(String)
}

/// Paths as text: no file system is asked.
enum TextPath {
    static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func isAbsolute(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/") || path.contains("://")
    }

    static func join(_ directory: String, _ path: String) -> String {
        if directory.isEmpty || isAbsolute(path) { return path }
        return directory.utf8.last == UInt8(ascii: "/") ? directory + path : directory + "/" + path
    }
}
