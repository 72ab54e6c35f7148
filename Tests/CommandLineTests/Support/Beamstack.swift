import Foundation
import Testing

/// Runs the real binary, as built beside these tests.
enum Beamstack {
    struct Result {
        let status: Int32
        let output: String
        let messages: String
    }

    struct BinaryNotFound: Error {}

    /// `BEAMSTACK_BINARY`, or the product next to the test bundle.
    static let binary: URL? = {
        if let path = ProcessInfo.processInfo.environment["BEAMSTACK_BINARY"] { return URL(fileURLWithPath: path) }
        let bundles = CommandLine.arguments.filter { $0.contains(".xctest") }
        for start in bundles + [CommandLine.arguments.first ?? ""] {
            var folder = URL(fileURLWithPath: start).deletingLastPathComponent()
            for _ in 0..<5 {
                let candidate = folder.appendingPathComponent("beamstack")
                var isFolder: ObjCBool = false
                let exists = FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder)
                if exists, !isFolder.boolValue { return candidate }
                folder.deleteLastPathComponent()
            }
        }
        return nil
    }()

    /// Where the tests' runs leave their records, unless a test names a folder of its own: not among a person's.
    private static let state = FileManager.default.temporaryDirectory.appendingPathComponent(
        "beamstack-tests-state-\(ProcessInfo.processInfo.processIdentifier)")

    /// The variables of this process and more.
    static func environment(_ more: [String: String] = [:]) -> [String: String] {
        ProcessInfo.processInfo.environment
            .merging(["BEAMSTACK_STATE": state.path]) { _, new in new }
            .merging(more) { _, new in new }
    }

    /// Starts the binary without waiting for it; standard output and error go to files in `folder`.
    static func start(
        _ arguments: [String], in folder: URL, environment: [String: String] = [:]
    ) throws -> TestProcess {
        guard let binary else { throw BinaryNotFound() }
        return try TestProcess(
            binary.path, arguments, in: folder.path, environment: Self.environment(environment),
            output: folder.appendingPathComponent("stdout-\(UUID().uuidString)").path,
            errors: folder.appendingPathComponent("stderr-\(UUID().uuidString)").path)
    }

    /// Runs the binary to its end. The default folder is the repository's, where the examples' paths begin.
    static func run(
        _ arguments: String..., in folder: URL = Repository.root, environment: [String: String] = [:]
    ) throws -> Result {
        try run(arguments, in: folder, environment: environment)
    }

    static func run(
        _ arguments: [String], in folder: URL = Repository.root, environment: [String: String] = [:]
    ) throws -> Result {
        guard let binary else { throw BinaryNotFound() }
        let streams = try TemporaryFolder()
        let process = try TestProcess(
            binary.path, arguments, in: folder.path, environment: Self.environment(environment),
            output: streams.url.appendingPathComponent("stdout").path,
            errors: streams.url.appendingPathComponent("stderr").path)
        process.waitUntilExit()
        // A signal is told apart from an exit status: the tests' statuses are never above 128.
        let status = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Result(status: status, output: try streams.text("stdout"), messages: try streams.text("stderr"))
    }
}

/// A folder that goes away with its last reference.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("beamstack-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    var path: String { url.path }

    /// A folder in which the examples can run without touching the repository.
    static func withExamples() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let copy = folder.url.appendingPathComponent("examples")
        try FileManager.default.copyItem(at: Repository.url("examples"), to: copy)
        try? FileManager.default.removeItem(at: copy.appendingPathComponent("output"))
        return folder
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    func data(_ name: String) throws -> Data { try Data(contentsOf: url.appendingPathComponent(name)) }

    func text(_ name: String) throws -> String { String(decoding: try data(name), as: UTF8.self) }

    /// Names in a folder below, hidden ones included, sorted.
    func names(_ folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url.appendingPathComponent(folder).path).sorted()
    }
}
