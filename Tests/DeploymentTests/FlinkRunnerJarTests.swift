import Diagnostics
import Foundation
import Platform
import Testing

@testable import Deployment

struct FlinkRunnerJarTests {
    private static func folder(_ files: [String]) throws -> String {
        let path = NSTemporaryDirectory() + "beamstack-runner-\(UUID().uuidString)"
        for file in files {
            let file = Path.join(path, file)
            try FileSystem.createDirectories(Path.directory(of: file))
            try OpenFile.write([], to: file)
        }
        return path
    }

    @Test func aFolderThatIsNoInstallationIsTold() throws {
        let error = #expect(throws: Diagnostic.self) { try FlinkRunnerJar.jar(flinkHome: "/nonexistent") }
        #expect(error?.code == .engineUnusable)
    }

    /// The compiler's words are notes, and nothing half made stays in the cache.
    @Test func whatDoesNotCompileIsTold() throws {
        let home = try Self.folder(["lib/flink-dist-2.3.0.jar", "plugins/none"])
        defer { try? FileSystem.removeTree(home) }
        let cache = Path.join(home, "cache")
        let error = #expect(throws: Diagnostic.self) {
            try FlinkRunnerJar.jar(flinkHome: home, cacheFolder: cache)
        }
        if error?.code == .javaNotFound || error?.code == .compilerMissing {
            print("skipped: there is no JDK")
            return
        }
        #expect(error?.code == .runnerNotBuilt)
        #expect(error?.notes.isEmpty == false)
        #expect(try FileSystem.names(in: Path.join(cache, "engines/programs")) == [])
    }
}
