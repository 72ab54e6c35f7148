#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files and directories by name.
public enum FileSystem {
    /// The properties of what a path leads to, or `nil` where there is nothing.
    public static func status(of path: String) throws(SystemError) -> FileStatus? {
        var found = stat()
        if stat(path, &found) == 0 { return FileStatus(found) }
        let error = SystemError.last("inspect", path)
        if error.isNotFound { return nil }
        throw error
    }

    public static func isDirectory(_ path: String) -> Bool {
        (try? status(of: path))?.kind == .directory
    }

    /// Whether a name is a symbolic link, wherever it leads.
    static func isLink(_ path: String) -> Bool {
        var found = stat()
        return lstat(path, &found) == 0 && found.st_mode & S_IFMT == S_IFLNK
    }

    /// Creates a directory and those above it; one that exists is fine.
    public static func createDirectories(_ path: String) throws(SystemError) {
        if path.isEmpty || isDirectory(path) { return }
        let parent = Path.directory(of: path)
        if parent != path { try createDirectories(parent) }
        if mkdir(path, 0o777) != 0 {
            let error = SystemError.last("create the directory", path)
            if error.code != EEXIST || !isDirectory(path) { throw error }
        }
    }

    /// Gives a file another name, replacing the file that has it.
    public static func rename(_ old: String, to new: String) throws(SystemError) {
        guard systemRename(old, new) == 0 else { throw .last("rename '\(old)' to", new) }
    }

    /// Removes a file.
    public static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 else { throw .last("remove", path) }
    }

    /// Removes an empty directory.
    public static func removeDirectory(_ path: String) throws(SystemError) {
        guard rmdir(path) == 0 else { throw .last("remove the directory", path) }
    }

    /// The names in a directory without `.` and `..`, sorted by their bytes.
    public static func names(in directory: String) throws(SystemError) -> [String] {
        guard let stream = opendir(directory.isEmpty ? "." : directory) else { throw .last("list", directory) }
        defer { _ = closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Makes a directory the one that relative paths count from, here and in programs started later.
    public static func changeDirectory(to path: String) throws(SystemError) {
        guard chdir(path) == 0 else { throw .last("change to the directory", path) }
    }

    public static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }
}

private func systemRename(_ old: String, _ new: String) -> Int32 { rename(old, new) }
