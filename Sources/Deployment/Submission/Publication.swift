import Connectors
public import Diagnostics
import Planning
import Platform
import Projects

/// How the outputs of a job get from where its engine writes them to their places.
///
/// It is kept in a file, so that another process can go on where one was killed.
public struct Publication: Sendable {
    /// The files of one write of the pipeline.
    struct Files: Sendable {
        let folder: String
        /// The path is an absolute one.
        let write: WriteOperation
        let hasWindows: Bool
        /// Of the path in the pipeline.
        let place: String?
    }

    /// A file's name here and the one it gets.
    struct Move: Sendable {
        let from: String
        let to: String
        let place: String?
        var range: SourceRange?
    }

    /// The staging folder.
    let folder: String
    let files: [Files]
    /// What this machine prints.
    let printed: [Printed]
    /// Steps whose rows this machine compares; the job has succeeded only if they are as they should be.
    let checked: [String]
    /// Whether the job has no end at which all files are there.
    let isStream: Bool
    /// What is renamed, once all else is done.
    private(set) var moves: [Move]?
    /// Where this is kept.
    private let journal: String?

    init(folder: String, files: [Files], printed: [Printed], checked: [String], isStream: Bool, journal: String?)
        throws(Diagnostic)
    {
        self.folder = folder
        self.isStream = isStream
        self.files = files
        self.printed = printed
        self.checked = checked
        self.journal = journal
        try save()
    }

    /// Publishes what a process has left that is gone.
    ///
    /// - Parameters:
    ///   - warn: takes what can no longer be done.
    ///   - print: takes what the job prints, unless that was done before: all of it, or the rest of a stream's.
    /// - Returns: the files that were written.
    public static func resume(
        _ journal: String, warn: (String) -> Void, print: (_ text: [UInt8], _ isRest: Bool) -> Void
    ) throws(Diagnostic) -> [String] {
        guard let bytes = try? OpenFile.contents(of: journal),
            let json = JSONText.parse(String(decoding: bytes, as: UTF8.self)),
            var publication = Publication(json, journal: journal)
        else {
            throw Diagnostic(.jobLost, "the job was lost: nobody knows where its outputs belong", at: nil)
        }
        if publication.moves == nil {
            if let name = publication.checked.first {
                throw Diagnostic(
                    .jobLost, "the job was lost: the process is gone that was to compare the rows of '\(name)'", at: nil
                )
            }
            var text: [UInt8] = []
            for rows in publication.printed {
                if let lines = rows.lines(below: publication.folder) {
                    text += lines
                } else {
                    warn("warning: rows of '\(rows.step)' were not printed: the process is gone that was to do so\n")
                }
            }
            if !publication.printed.isEmpty { print(text, publication.isStream) }
        }
        let outputs = try publication.publish()
        try? FileSystem.removeTree(publication.folder)
        return outputs
    }

    /// Renames all files into place.
    ///
    /// - Returns: their names there.
    mutating func publish() throws(Diagnostic) -> [String] {
        if isStream {
            var numbers: [String: Int] = [:]
            return try publishReady(&numbers)
        }
        let isFirst = moves == nil
        let moves: [Move]
        if let decided = self.moves { moves = decided } else { moves = try decide() }
        if isFirst {
            self.moves = moves
            // Numbers of files follow from what is there: once some are gone it is too late to count.
            try save()
        }
        for move in moves where isFirst || isThere(move.from) || !isThere(move.to) {
            try rename(move)
        }
        return moves.map(\.to)
    }

    func rename(_ move: Move) throws(Diagnostic) {
        do throws(SystemError) {
            try FileSystem.createDirectories(Path.directory(of: move.to))
            try FileSystem.rename(move.from, to: move.to)
        } catch {
            throw Self.problem(
                "cannot rename a file to '\(move.to)': \(error)", move.range, move.place,
                hint: "let all outputs of the pipeline be on one disk")
        }
    }

    func isThere(_ path: String) -> Bool { ((try? FileSystem.status(of: path)) ?? nil) != nil }

    private static func problem(
        _ message: String, _ range: SourceRange?, _ place: String?, hint: String? = nil
    ) -> Diagnostic {
        Diagnostic(
            .outputNotPublished, message, at: range,
            notes: range == nil ? place.map { ["written by \($0)"] } ?? [] : [],
            hint: hint)
    }

    // MARK: Names

    private func decide() throws(Diagnostic) -> [Move] {
        var moves: [Move] = []
        for output in files {
            let folder = Path.join(self.folder, output.folder)
            do throws(SystemError) {
                moves +=
                    output.hasWindows
                    ? try windowedMoves(folder, output)
                    : self.moves(try parts(of: output), output)
            } catch {
                throw Self.problem("cannot read what the job wrote: \(error)", output.write.range, output.place)
            }
        }
        return moves
    }

    /// What a stream has completed, each part with the write and the window that it is of.
    func ready() throws(Diagnostic) -> [(
        part: String, write: WriteOperation, window: FileNaming.Window?, place: String?
    )] {
        var found: [(part: String, write: WriteOperation, window: FileNaming.Window?, place: String?)] = []
        for output in files {
            let folder = Path.join(self.folder, output.folder)
            do throws(SystemError) {
                let parts = output.hasWindows ? try windowedParts(folder) : [(nil, try Self.parts(in: folder))]
                for (window, parts) in parts {
                    found += parts.map { ($0, output.write.numbered, window, output.place) }
                }
            } catch {
                throw Self.problem("cannot read what the job wrote: \(error)", output.write.range, output.place)
            }
        }
        return found
    }

    /// The files that an engine has made, in the order of its parts.
    static func parts(in folder: String) throws(SystemError) -> [String] {
        // A stream makes its folder with the first file.
        guard try FileSystem.status(of: folder) != nil else { return [] }
        return try FileSystem.names(in: folder).filter { $0.hasPrefix("part-") && !$0.hasSuffix(".crc") }.sorted()
            .map { Path.join(folder, $0) }
    }

    /// The files of all windows, too.
    static func allParts(in folder: String) throws(SystemError) -> [String] {
        var found = try parts(in: folder)
        for name in try FileSystem.names(in: folder) where microseconds(name) != nil {
            found += try allParts(in: Path.join(folder, name))
        }
        return found
    }

    /// Where the files lie that an output consists of which gets no rows.
    static func nothing(for output: String, in folder: String) -> String {
        Path.join(Path.join(folder, "nothing"), output)
    }

    private func parts(of output: Files) throws(SystemError) -> [String] {
        let parts = try Self.parts(in: Path.join(folder, output.folder))
        let nothing = Self.nothing(for: output.folder, in: folder)
        return parts.isEmpty && FileSystem.isDirectory(nothing) ? try Self.parts(in: nothing) : parts
    }

    private func moves(_ parts: [String], _ output: Files, window: FileNaming.Window? = nil) -> [Move] {
        let naming = FileNaming(output.write, path: output.write.path, shardCount: parts.count)
        return parts.enumerated().map { shard, part in
            Move(
                from: part, to: naming.path(window: window, shard: shard), place: output.place,
                range: output.write.range)
        }
    }

    private func windowedMoves(_ folder: String, _ output: Files) throws(SystemError) -> [Move] {
        try windowedParts(folder).flatMap { window, parts in moves(parts, output, window: window) }
    }

    private func windowedParts(
        _ folder: String
    ) throws(SystemError) -> [(window: FileNaming.Window?, parts: [String])] {
        var found: [(window: FileNaming.Window?, parts: [String])] = []
        guard try FileSystem.status(of: folder) != nil else { return [] }
        for start in try FileSystem.names(in: folder).sorted() {
            guard let first = Self.microseconds(start) else { continue }
            for end in try FileSystem.names(in: Path.join(folder, start)).sorted() {
                guard let second = Self.microseconds(end) else { continue }
                let parts = try Self.parts(in: Path.join(Path.join(folder, start), end))
                found.append((.init(start: first, end: second), parts))
            }
        }
        return found
    }

    /// The number behind the `=` of a partition's folder.
    private static func microseconds(_ name: String) -> Int64? {
        name.lastIndex(of: "=").flatMap { Int64(name[name.index(after: $0)...]) }
    }

    // MARK: The file

    private func save() throws(Diagnostic) {
        guard let journal else { return }
        do throws(SystemError) {
            try OpenFile.write(Array((json.pretty + "\n").utf8), to: journal)
        } catch {
            throw Diagnostic(
                .outputNotPublished, "cannot write down where outputs belong: \(error)", at: nil,
                hint: "let the variable BEAMSTACK_STATE name a folder that you may write to")
        }
    }
}

extension Publication {
    fileprivate var json: JSONText {
        .object([
            "folder": .string(folder), "files": .array(files.map(\.json)),
            "printed": .array(printed.map(\.json)), "checked": .array(checked.map(JSONText.string)),
            "moves": moves.map { .array($0.map(\.json)) }, "isStream": .boolean(isStream),
        ])
    }

    fileprivate init?(_ json: JSONText, journal: String) {
        guard let folder = json["folder"]?.string, let elements = json["files"]?.elements,
            let printed = json["printed"]?.elements, let checked = json["checked"]?.strings
        else { return nil }
        self.folder = folder
        files = elements.compactMap(Files.init)
        guard files.count == elements.count else { return nil }
        self.printed = printed.compactMap(Printed.init)
        guard self.printed.count == printed.count else { return nil }
        self.checked = checked
        isStream = json["isStream"]?.bool ?? false
        self.journal = journal
        if let decided = json["moves"]?.elements {
            let known = decided.compactMap(Move.init)
            guard known.count == decided.count else { return nil }
            moves = known
        }
    }
}

extension WriteOperation {
    /// With names that say nothing of how many files there are.
    fileprivate var numbered: WriteOperation {
        WriteOperation(
            format: format, path: path, range: range, fileNameSuffix: fileNameSuffix,
            shardNameTemplate: shardNameTemplate ?? "-SSSSS", shardCount: shardCount, compression: compression)
    }
}

extension Publication.Files {
    fileprivate var json: JSONText {
        .object([
            "folder": .string(folder), "path": .string(write.path), "suffix": .string(write.fileNameSuffix),
            "template": write.shardNameTemplate.map(JSONText.string), "hasWindows": .boolean(hasWindows),
            "place": place.map(JSONText.string),
        ])
    }

    fileprivate init?(_ json: JSONText) {
        guard let folder = json["folder"]?.string, let path = json["path"]?.string,
            let suffix = json["suffix"]?.string, let hasWindows = json["hasWindows"]?.bool
        else { return nil }
        // Only what names of files are made from matters now.
        let write = WriteOperation(
            format: .text, path: path, range: nil, fileNameSuffix: suffix, shardNameTemplate: json["template"]?.string)
        self.init(folder: folder, write: write, hasWindows: hasWindows, place: json["place"]?.string)
    }
}

extension Publication.Move {
    fileprivate var json: JSONText {
        .object(["from": .string(from), "to": .string(to), "place": place.map(JSONText.string)])
    }

    fileprivate init?(_ json: JSONText) {
        guard let from = json["from"]?.string, let to = json["to"]?.string else { return nil }
        self.init(from: from, to: to, place: json["place"]?.string, range: nil)
    }
}
