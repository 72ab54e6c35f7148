import Connectors
public import Diagnostics
public import Planning
import Platform
public import Translation

/// Where a job writes, so that its outputs appear whole or not at all: beside the first of them, since only within a
/// disk is renaming free of copying.
public struct StagingFolder: Sendable {
    public let path: String
    let program: EngineProgram
    let plan: Plan

    /// Makes an empty folder.
    public init(for program: EngineProgram, of plan: Plan, temporaryDirectory: String) throws(Diagnostic) {
        self.program = program
        self.plan = plan
        let first = program.outputs.lazy.compactMap { output -> WriteOperation? in
            if case .files(let write, _) = output.purpose { write } else { nil }
        }.first
        let beside = first.map { Self.local($0.path) } ?? Path.join(temporaryDirectory, "beamstack-job")
        let absolute = Self.absolute(TemporaryName.beside(beside))
        do throws(SystemError) {
            try FileSystem.createDirectories(absolute)
        } catch {
            throw Diagnostic(
                .outputNotPublished, "cannot make the folder '\(absolute)': \(error)", at: first?.range,
                hint: "write to a folder that you may write to")
        }
        path = absolute
    }

    /// A path without the scheme that files may have.
    static func local(_ path: String) -> String { path.hasPrefix("file://") ? String(path.dropFirst(7)) : path }

    static func absolute(_ path: String) -> String {
        if path.utf8.first == UInt8(ascii: "/") { return path }
        return FileSystem.absolutePath(of: ".").map { Path.join($0, path) } ?? path
    }

    /// The files that an output consists of, in the order of the engine's parts.
    func parts(of output: EngineProgram.Output) throws(SystemError) -> [String] {
        try parts(in: Path.join(path, output.folder))
    }

    private func parts(in folder: String) throws(SystemError) -> [String] {
        try FileSystem.names(in: folder).filter { $0.hasPrefix("part-") && !$0.hasSuffix(".crc") }.sorted()
            .map { Path.join(folder, $0) }
    }

    /// A file's name here and the one it gets.
    private struct Move {
        let from: String
        let to: String
        let write: WriteOperation
    }

    private func moves(
        _ parts: [String], _ write: WriteOperation, window: FileNaming.Window? = nil
    ) -> [Move] {
        let naming = FileNaming(write, path: Self.absolute(Self.local(write.path)), shardCount: parts.count)
        return parts.enumerated().map { shard, part in
            Move(from: part, to: naming.path(window: window, shard: shard), write: write)
        }
    }

    private func windowedMoves(_ folder: String, _ write: WriteOperation) throws(SystemError) -> [Move] {
        var moves: [Move] = []
        for start in try FileSystem.names(in: folder).sorted() {
            guard let first = Self.microseconds(start) else { continue }
            for end in try FileSystem.names(in: Path.join(folder, start)).sorted() {
                guard let second = Self.microseconds(end) else { continue }
                let parts = try parts(in: Path.join(Path.join(folder, start), end))
                moves += self.moves(parts, write, window: .init(start: first, end: second))
            }
        }
        return moves
    }

    /// The number behind the `=` of a partition's folder.
    private static func microseconds(_ name: String) -> Int64? {
        name.lastIndex(of: "=").flatMap { Int64(name[name.index(after: $0)...]) }
    }

    /// Renames all files into place.
    ///
    /// - Returns: their names there.
    public func publish() throws(Diagnostic) -> [String] {
        var moves: [Move] = []
        for output in program.outputs {
            guard case .files(let write, let hasWindows) = output.purpose else { continue }
            do throws(SystemError) {
                moves +=
                    hasWindows
                    ? try windowedMoves(Path.join(path, output.folder), write)
                    : self.moves(try parts(of: output), write)
            } catch {
                throw Diagnostic(.outputNotPublished, "cannot read what the job wrote: \(error)", at: write.range)
            }
        }
        for move in moves {
            do throws(SystemError) {
                try FileSystem.createDirectories(Path.directory(of: move.to))
                try FileSystem.rename(move.from, to: move.to)
            } catch {
                throw Diagnostic(
                    .outputNotPublished, "cannot rename a file to '\(move.to)': \(error)", at: move.write.range,
                    hint: "let all outputs of the pipeline be on one disk")
            }
        }
        return moves.map(\.to)
    }

    public func remove() { try? FileSystem.removeTree(path) }
}
