import Diagnostics
import Engine
import Planning
import Platform
import Workers

/// The files of a read.
enum FilePattern {
    /// The files that a pattern matches, sorted by path, and what it takes to read them.
    ///
    /// Throws a diagnostic where it names an object store that is none of ours, or nothing matches.
    static func files(
        of read: ReadOperation, workers: (any WorkerHost)?
    ) throws(Diagnostic) -> (paths: [String], context: ReadContext) {
        if RemotePath.isRemote(read.pattern), let workers {
            let objects = try RemoteObjects(read.pattern, at: read.range, workers: workers)
            return (objects.paths, ReadContext(read: read, objects: objects))
        }
        return (try files(of: read), ReadContext(read: read))
    }

    private static func files(of read: ReadOperation) throws(Diagnostic) -> [String] {
        let pattern = try localPath(read.pattern, at: read.range, doing: "read")
        let files: [String]
        do throws(SystemError) {
            files = try Glob.files(matching: pattern)
        } catch {
            throw ReadContext(read: read).unreadable(error)
        }
        if files.isEmpty { throw nothingMatches(pattern, read) }
        return files
    }

    /// A local path: `file://` is taken off; other schemes are an error.
    static func localPath(_ path: String, at range: SourceRange?, doing verb: String) throws(Diagnostic) -> String {
        guard let colon = path.range(ofScheme: "://") else { return path }
        let scheme = String(path[..<colon.lowerBound])
        if scheme.lowercased() == "file" { return String(path[colon.upperBound...]) }
        throw Diagnostic(
            .unsupportedFileSystem, "cannot \(verb) '\(path)': it is neither a local file nor an object of S3",
            at: range,
            hint: "run the pipeline on a Beam runner, or copy the data with the '\(scheme)' tools and name the copy")
    }

    private static func nothingMatches(_ pattern: String, _ read: ReadOperation) -> Diagnostic {
        let directory = Path.directory(of: pattern)
        let shown = directory.isEmpty ? FileSystem.currentDirectory : directory
        var notes: [String] = []
        var hint: String?
        if FileSystem.isDirectory(pattern) {
            hint = "it is a directory; write '\(Path.join(pattern, "*"))' for the files in it"
        } else if Glob.isPattern(directory) {
            notes = ["looked in '\(FileSystem.currentDirectory)'"]
        } else if FileSystem.isDirectory(shown) {
            let names = ((try? FileSystem.names(in: shown)) ?? []).filter { $0.utf8.first != UInt8(ascii: ".") }
            hint = Suggestion.hint(for: Path.name(of: pattern), among: names, listing: "the directory has")
            notes = ["looked in '\(shown)'"]
        } else {
            notes = ["the directory '\(shown)' does not exist"]
        }
        if pattern.utf8.first != Path.slash, !directory.isEmpty {
            notes.append("the current directory is '\(FileSystem.currentDirectory)'")
        }
        return Diagnostic(.noFileMatches, "no file matches '\(read.pattern)'", at: read.range, notes: notes, hint: hint)
    }
}

extension String {
    /// Where `://` stands after the letters of a scheme.
    fileprivate func range(ofScheme separator: String) -> Range<String.Index>? {
        guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")), colon > startIndex,
            self[colon...].hasPrefix(separator),
            self[..<colon].utf8.allSatisfy({
                $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z")
                    || $0 >= UInt8(ascii: "0")
                        && $0 <= UInt8(ascii: "9")
            })
        else { return nil }
        return colon..<index(colon, offsetBy: separator.count)
    }
}
