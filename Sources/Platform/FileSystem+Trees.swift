#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Directories with all that is in them.
extension FileSystem {
    /// Removes a file, or a directory with its contents; links are removed, not followed. Nothing there is fine.
    public static func removeTree(_ path: String) throws(SystemError) {
        guard let found = linkStatus(path) else { return }
        if found.st_mode & S_IFMT == S_IFDIR {
            for name in try names(in: path) { try removeTree(Path.join(path, name)) }
            try removeDirectory(path)
        } else {
            try remove(path)
        }
    }

    /// The bytes of all files in a directory; what cannot be read counts as nothing.
    public static func treeSize(_ path: String) -> Int64 {
        guard let found = linkStatus(path) else { return 0 }
        guard found.st_mode & S_IFMT == S_IFDIR else { return Int64(found.st_size) }
        return ((try? names(in: path)) ?? []).reduce(0) { $0 + treeSize(Path.join(path, $1)) }
    }

    /// Gives a file the present time as that of its last change.
    public static func touch(_ path: String) throws(SystemError) {
        guard utimes(path, nil) == 0 else { throw .last("change the time of", path) }
    }

    /// Makes a file, or a directory with what is in it, its owner's alone.
    public static func makePrivate(_ path: String) throws(SystemError) {
        guard chmod(path, isDirectory(path) ? 0o700 : 0o600) == 0 else {
            throw .last("change the permissions of", path)
        }
    }

    /// The path from the root, without links and `..`; `nil` where there is nothing.
    public static func absolutePath(of path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    private static func linkStatus(_ path: String) -> stat? {
        var found = stat()
        return lstat(path, &found) == 0 ? found : nil
    }
}
