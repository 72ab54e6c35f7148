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
            if case .files(let write) = output.purpose { write } else { nil }
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
        let folder = Path.join(path, output.folder)
        return try FileSystem.names(in: folder).filter { $0.hasPrefix("part-") && !$0.hasSuffix(".crc") }.sorted()
            .map { Path.join(folder, $0) }
    }

    /// Renames all files into place.
    ///
    /// - Returns: their names there.
    public func publish() throws(Diagnostic) -> [String] {
        var moves: [(from: String, to: String, write: WriteOperation)] = []
        for output in program.outputs {
            guard case .files(let write) = output.purpose else { continue }
            do throws(SystemError) {
                let parts = try parts(of: output)
                let naming = FileNaming(write, path: Self.absolute(Self.local(write.path)), shardCount: parts.count)
                for (shard, part) in parts.enumerated() { moves.append((part, naming.path(shard: shard), write)) }
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
