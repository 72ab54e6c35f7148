import DataModel
import Diagnostics
import Foundation
import Planning
import Platform
import Testing

@testable import Workers

/// Environments made by the real venv and pip, of a wheel of the test's own: no network is needed.
@Suite(.serialized)
struct EnvironmentTests {
    /// Makes a wheel of a module with one variable.
    private static func wheel(_ name: String, in folder: String) throws -> String {
        let path = "\(folder)/\(name)-1.0-py3-none-any.whl"
        let script = """
            import sys, zipfile
            name, path = sys.argv[1:]
            info = name + '-1.0.dist-info/'
            with zipfile.ZipFile(path, 'w') as wheel:
                wheel.writestr(name + '.py', 'answer = 42\\n')
                wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: ' + name + '\\nVersion: 1.0\\n')
                tags = 'Generator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'
                wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\n' + tags)
                wheel.writestr(info + 'RECORD', '')
            """
        let interpreter = try Interpreter.find(for: nil)
        let child = try ChildProcess(interpreter.path, arguments: ["-c", script, name, path])
        #expect(child.finish(onLine: { _ in }) == .exited(0))
        return path
    }

    private static func imports(_ module: String, _ environment: WorkerEnvironment) throws -> Bool {
        let child = try ChildProcess(environment.python, arguments: ["-I", "-c", "import \(module)"])
        return child.finish(onLine: { _ in }) == .exited(0)
    }

    @Test func anEnvironmentIsMadeOnceSharedListedAndCleared() throws {
        let cache = Fixtures.temporaryFolder("cache")
        defer { try? FileSystem.removeTree(cache) }
        let wheel = try Self.wheel("beamstack_probe", in: cache)
        let task = Fixtures.task("echo", requirements: [wheel])

        let missing = problem {
            _ = try Fixtures.pool(cache: cache, installs: false)
                .open(task, inputs: [Fixtures.schema], step: Fixtures.step)
        }
        #expect(missing?.code.id == "environment-missing")

        // Two runs at once: one installs, the other waits.
        let log = Log()
        var pools = [Fixtures.pool(log, cache: cache), Fixtures.pool(log, cache: cache)]
        Threads.concurrently(2) { [pools] number in
            let found = problem { _ = try pools[number].open(task, inputs: [Fixtures.schema], step: Fixtures.step) }
            if let found { Issue.record("\(found.message) \(found.notes)") }
        }
        for pool in pools { pool.shutDown() }
        #expect(log.lines.count { $0.hasPrefix("installing beamstack_probe-1.0-py3-none-any.whl") } == 1)
        #expect(log.lines.count { $0.hasPrefix("waiting") } <= 1)

        var again = Fixtures.pool(log, cache: cache, installs: false)
        let environment = try again.environment(for: task, Fixtures.step)
        #expect(try Self.imports("beamstack_probe", environment))
        let bare = WorkerEnvironment(id: "", python: try Interpreter.find(for: nil).path)
        #expect(try !Self.imports("beamstack_probe", bare))

        let list = EnvironmentList(cache: cache)
        #expect(list.entries.map(\.requirements) == [["beamstack_probe-1.0-py3-none-any.whl"]])
        let entry = try #require(list.entries.first)
        #expect(entry.python == (try Interpreter.find(for: nil)).version)
        #expect(entry.sizeInBytes > 1_000_000)
        #expect(abs(entry.lastUsed - Date().timeIntervalSince1970) < 60)
        #expect(try !withExtendedLifetime(again) { try list.remove(entry.id) })
        again = Fixtures.pool()
        #expect(try withExtendedLifetime(pools) { try !list.remove(entry.id) })
        pools = []
        #expect(try list.remove(entry.id))
        #expect(list.entries.isEmpty)
        let cleared = problem {
            _ = try Fixtures.pool(cache: cache, installs: false).environment(for: task, Fixtures.step)
        }
        #expect(cleared?.code.id == "environment-missing")
    }

    @Test func whatPipRefusesIsShownWithItsWordsAtItsPlace() throws {
        let cache = Fixtures.temporaryFolder("cache")
        defer { try? FileSystem.removeTree(cache) }
        let text = "dependencies: [numpy, beamstack-has-no-such-package]"
        let file = SourceFile(path: "p.yaml", text: text)
        let places = [
            WorkerTask.Place(path: ["dependencies"], range: SourceRange(file: file, start: 14, end: 52)),
            WorkerTask.Place(path: ["dependencies", "0"], range: SourceRange(file: file, start: 15, end: 20)),
            WorkerTask.Place(path: ["dependencies", "1"], range: SourceRange(file: file, start: 22, end: 51)),
        ]
        let task = Fixtures.task(
            "echo", requirements: ["--no-index", "beamstack-has-no-such-package==3.1"], places: places)
        let found = problem {
            _ = try Fixtures.pool(cache: cache).open(task, inputs: [Fixtures.schema], step: Fixtures.step)
        }
        #expect(found?.code.id == "environment-failed")
        #expect(found?.message.hasPrefix("pip finds no package 'beamstack-has-no-such-package==3.1'") == true)
        #expect(found?.range?.text == "beamstack-has-no-such-package")
        #expect(found?.notes.contains { $0.hasPrefix("pip: No matching distribution") } == true)
        let log = try #require(found?.notes.last.map { $0.dropFirst("the whole output is in ".count) })
        #expect(try String(contentsOfFile: String(log), encoding: .utf8).contains("No matching distribution"))
        #expect(EnvironmentList(cache: cache).entries.isEmpty)
    }

    @Test func anArchiveThatIsNotThereIsNamed() throws {
        let task = Fixtures.task("echo", requirements: ["/nowhere/missing.whl"])
        let found = problem {
            _ = try Fixtures.pool().open(task, inputs: [Fixtures.schema], step: Fixtures.step)
        }
        #expect(found?.code.id == "environment-failed")
        #expect(found?.message.contains("missing.whl") == true)
    }

    @Test func idsDependOnAllThatDecides() throws {
        let folder = Fixtures.temporaryFolder("archives")
        let old = Interpreter(path: "/a/python", version: "3.11.7")
        func id(_ texts: [String], _ interpreter: Interpreter = old) throws -> String {
            try Environments.id(Requirement.sorted(texts, folder: folder), interpreter)
        }
        #expect(try id(["a", "b"]) == id(["b", "a", "a"]))
        #expect(try id(["a", "b"]) != id(["ab"]))
        #expect(try id(["a"]) != id(["a"], Interpreter(path: "/a/python", version: "3.11.8")))
        #expect(try id(["a"]) != id(["a"], Interpreter(path: "/b/python", version: "3.11.7")))
        try OpenFile.write([1, 2, 3], to: folder + "/x.whl")
        let before = try id(["x.whl"])
        #expect(try before == id([folder + "/x.whl"]))
        try OpenFile.write([1, 2, 4], to: folder + "/x.whl")
        #expect(try before != id(["x.whl"]))
    }

    @Test(arguments: [
        ("git+https://me:secret@host/x.git@v1", "git+https://host/x.git@v1"),
        ("a @ https://token@host/a.whl", "a @ https://host/a.whl"), ("numpy>=1", "numpy>=1"),
        ("indexes: https://u:p@one/simple, https://two/simple", "indexes: https://one/simple, https://two/simple"),
    ])
    func noPasswordIsShown(_ text: String, _ shown: String) {
        #expect(Requirement.withoutSecrets(text) == shown)
    }

    @Test func theEmbeddedPackageIsWrittenOnceAndRuns() throws {
        let cache = Fixtures.temporaryFolder("cache")
        defer { try? FileSystem.removeTree(cache) }
        Threads.concurrently(4) { _ in
            #expect(throws: Never.self) { try WorkerPackage.folder(cache: cache) }
        }
        let folder = try WorkerPackage.folder(cache: cache)
        #expect(try FileSystem.names(in: cache + "/worker") == [Path.name(of: folder)])
        #expect(FileManager.default.fileExists(atPath: folder + "/beamstack_worker/tasks.py"))
    }
}
