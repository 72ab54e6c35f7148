import Diagnostics
import Planning
import Platform

/// The virtual environments that hold the packages of steps: one for each set of requirements, in the cache.
///
/// An environment is made in its place, as its scripts name their own folder, and counts from the moment that it has a
/// file `complete`. A lock keeps two processes from making the same one.
struct Environments: Sendable {
    static let marker = "complete"

    let cache: String

    var root: String { Path.join(cache, "environments") }

    func folder(_ id: String) -> String { Path.join(root, id) }

    func isComplete(_ id: String) -> Bool {
        (try? FileSystem.status(of: Path.join(folder(id), Self.marker))).flatMap { $0 } != nil
    }

    /// One that is ready, marked as used now; `nil` where there is none.
    func existing(_ id: String) -> WorkerEnvironment? {
        let python = Path.join(folder(id), "bin/python")
        // The interpreter that it was made from may have been removed since.
        guard isComplete(id), (try? FileSystem.status(of: python)).flatMap({ $0 }) != nil else { return nil }
        try? FileSystem.touch(Path.join(folder(id), Self.marker))
        return WorkerEnvironment(id: id, python: python)
    }

    /// What keeps others from removing an environment, for as long as it is held. Without it work goes on as well.
    func use(_ id: String) -> FileLock? {
        (try? FileLock(folder(id) + ".use", isShared: true)).flatMap { $0 }
    }

    /// Names an environment by all that decides what is in it.
    static func id(_ requirements: [Requirement], _ interpreter: Interpreter) throws(SystemError) -> String {
        var fingerprint = Fingerprint()
        fingerprint.add(interpreter.version)
        fingerprint.add(interpreter.path)
        for requirement in requirements {
            fingerprint.add(requirement.specifier)
            guard let archive = requirement.archive else { continue }
            if FileSystem.isDirectory(archive) { continue }
            let file = try OpenFile(archive)
            let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
            defer { room.deallocate() }
            while let start = room.baseAddress {
                let count = try file.read(into: start, count: room.count)
                if count == 0 { break }
                fingerprint.add(UnsafeRawBufferPointer(rebasing: room[..<count]))
            }
        }
        return fingerprint.text
    }

    /// Takes the lock of an environment. Waits while another process makes it; `nil` if cancelled before that is over.
    func lock(_ id: String, isCancelled: () -> Bool, log: (String) -> Void) throws(SystemError) -> FileLock? {
        try FileSystem.createDirectories(root)
        var hasTold = false
        while !isCancelled() {
            if let lock = try FileLock(folder(id) + ".lock") { return lock }
            if !hasTold { log("waiting for another beamstack that installs the same packages") }
            hasTold = true
            Threads.sleep(milliseconds: 50)
        }
        return nil
    }
}

/// One requirement specifier.
struct Requirement: Hashable {
    /// As pip is to see it.
    let specifier: String
    /// The local file or folder that it names, if that is there.
    let archive: String?
    /// Whether it names a file or folder instead of a package.
    let isPath: Bool

    /// A path counts from the working directory, then from the pipeline's folder.
    init(_ text: String, folder: String) {
        let text = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let isArchive = [".whl", ".tar.gz", ".zip"].contains { text.hasSuffix($0) } && !text.contains("://")
        guard isArchive || text.hasPrefix("./") || text.hasPrefix("../") || text.hasPrefix("/") else {
            specifier = text
            archive = nil
            isPath = false
            return
        }
        isPath = true
        archive = FileSystem.absolutePath(of: text) ?? FileSystem.absolutePath(of: Path.join(folder, text))
        specifier = archive ?? text
    }

    /// The sorted requirements, each once.
    static func sorted(_ texts: [String], folder: String) -> [Requirement] {
        Set(texts.map { Requirement($0, folder: folder) }).sorted { $0.specifier < $1.specifier }
    }

    /// A text without the user and the password of the URLs in it.
    static func withoutSecrets(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let authority = rest.prefix { $0 != "/" && !$0.isWhitespace }
            if let at = authority.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        }
        return result + rest
    }

    /// What a message calls it: a path's last name, a URL without its secrets.
    var label: String { archive.map { Path.name(of: $0) } ?? Self.withoutSecrets(specifier) }
}
