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
    private let publication: Publication

    /// Makes an empty folder.
    ///
    /// - Parameter journal: the file from which another process learns where the outputs belong, should this one be
    ///   killed; see `Publication.resume`.
    public init(
        for program: EngineProgram, of plan: Plan, temporaryDirectory: String, journal: String? = nil
    ) throws(Diagnostic) {
        self.program = program
        self.plan = plan
        var files: [Publication.Files] = []
        var printed: [Publication.Printed] = []
        var checked: [String] = []
        for output in program.outputs {
            switch output.purpose {
            case .files(let write, let hasWindows):
                let place = (write.range ?? plan.steps[output.step].range)?.location
                files.append(.init(folder: output.folder, write: write.local, hasWindows: hasWindows, place: place))
            case .rows(let schema):
                let step = plan.steps[output.step]
                if case .assertEqual = step.operation {
                    checked.append(step.name)
                } else {
                    printed.append(.init(step: step.name, folder: output.folder, schema: schema))
                }
            }
        }
        let beside = files.first?.write.path ?? Path.join(temporaryDirectory, "beamstack-job")
        let path = Self.absolute(TemporaryName.beside(beside))
        do throws(SystemError) {
            try FileSystem.createDirectories(path)
        } catch {
            throw Diagnostic(
                .outputNotPublished, "cannot make the folder '\(path)': \(error)", at: files.first?.write.range,
                hint: "write to a folder that you may write to")
        }
        self.path = path
        publication = try Publication(
            folder: path, files: files, printed: printed, checked: checked, isStream: program.isStreaming,
            journal: journal)
    }

    fileprivate static func absolute(_ path: String) -> String {
        if path.utf8.first == UInt8(ascii: "/") { return path }
        return FileSystem.absolutePath(of: ".").map { Path.join($0, path) } ?? path
    }

    /// The files that an output consists of, in the order of the engine's parts.
    func parts(of output: EngineProgram.Output) throws(SystemError) -> [String] {
        try Publication.parts(in: Path.join(path, output.folder))
    }

    /// Renames all files into place.
    ///
    /// - Returns: their names there.
    public func publish() throws(Diagnostic) -> [String] {
        var publication = publication
        return try publication.publish()
    }

    func publishReady(_ numbers: inout [String: Int]) throws(Diagnostic) -> [String] {
        try publication.publishReady(&numbers)
    }

    public func remove() { try? FileSystem.removeTree(path) }
}

extension WriteOperation {
    /// With the path on this machine, from the root and without the scheme that files may have.
    fileprivate var local: WriteOperation {
        let local = path.hasPrefix("file://") ? String(path.dropFirst(7)) : path
        return WriteOperation(
            format: format, path: StagingFolder.absolute(local), range: range, fileNameSuffix: fileNameSuffix,
            shardNameTemplate: shardNameTemplate, shardCount: shardCount, compression: compression)
    }
}
