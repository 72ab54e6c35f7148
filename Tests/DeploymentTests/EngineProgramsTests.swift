import CEnginePrograms
import Foundation
import Testing

@testable import Deployment

struct EngineProgramsTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/CEnginePrograms").standardized

    /// A file that is not in the list of `engine_programs.c` would be missing from the binary.
    @Test func allFilesAreEmbedded() throws {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: Self.folder.path + "/java")
        let files = paths.filter { path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: Self.folder.path + "/java/" + path, isDirectory: &isFolder)
            return !isFolder.boolValue
        }
        let embedded = (0..<engine_program_count).map { String(cString: engine_program_at($0).path) }
        #expect(Set(embedded) == Set(files.map { "java/\($0)" }), "run 'make engine-programs'")
    }

    @Test func embeddedFilesAreThoseOfTheFolder() throws {
        for index in 0..<engine_program_count {
            let program = engine_program_at(index)
            let file = try Data(contentsOf: Self.folder.appending(path: String(cString: program.path)))
            #expect(Data(bytes: program.bytes, count: program.length) == file, "\(String(cString: program.path))")
        }
    }

    /// Flink finds a factory only where it is listed.
    @Test func allFactoriesAreListed() throws {
        let sources = Self.folder.appending(path: "java/dev/beamstack/flink")
        let factories = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter {
            $0.hasSuffix("Factory.java") && $0 != "formats/FormatFactory.java"
        }.map { "dev.beamstack.flink." + $0.dropLast(".java".count).replacing("/", with: ".") }
        let list = Self.folder.appending(path: "java/META-INF/services/org.apache.flink.table.factories.Factory")
        let listed = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(listed == factories.sorted())
    }
}
