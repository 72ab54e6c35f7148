import CWorkerPrograms
import Foundation
import Testing

@testable import Workers

struct WorkerProgramsTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/CWorkerPrograms/python").standardized

    /// A module that is not in the list of `worker_programs.c` would be missing from the binary.
    @Test func allModulesAreEmbedded() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path + "/beamstack_worker")
        let embedded = (0..<worker_program_count).map { String(cString: worker_program_at($0).path) }
        #expect(Set(embedded) == Set(names.filter { $0.hasSuffix(".py") }.map { "beamstack_worker/\($0)" }))
    }

    @Test func embeddedModulesAreThoseOfTheFolder() throws {
        for index in 0..<worker_program_count {
            let program = worker_program_at(index)
            let file = try Data(contentsOf: Self.folder.appending(path: String(cString: program.path)))
            #expect(Data(bytes: program.bytes, count: program.length) == file, "\(String(cString: program.path))")
        }
    }
}
