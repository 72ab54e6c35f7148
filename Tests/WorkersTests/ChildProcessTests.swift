import Foundation
import Platform
import Synchronization
import Testing

@testable import Workers

struct ChildProcessTests {
    private static func run(
        _ script: String, environment: [String: String?] = [:]
    ) throws -> (ending: ChildProcess.Ending, lines: [String]) {
        let child = try ChildProcess("/bin/sh", arguments: ["-c", script], environment: environment)
        var lines: [String] = []
        let ending = child.finish(deadline: MonotonicClock.seconds + 20, onLine: { lines.append($0) })
        return (ending, lines)
    }

    @Test func endingsAreTold() throws {
        #expect(try Self.run("exit 3").ending == .exited(3))
        #expect(try Self.run("kill -SEGV $$").ending == .signalled(SIGSEGV))
        #expect(ChildProcess.Ending.signalled(SIGSEGV).description == "signal 11 (SIGSEGV)")
        #expect(throws: SystemError.self) { try ChildProcess("no-such-program-here", arguments: []) }
    }

    @Test func outputComesInOrderAndInputIsEmpty() throws {
        let result = try Self.run("echo one; echo two >&2; cat; printf three")
        #expect(result.lines == ["one", "two", "three"])
    }

    @Test func variablesChange() throws {
        let script = "echo ${A-unset} ${HOME-unset}"
        #expect(try Self.run(script, environment: ["A": "b=c", "HOME": nil]).lines == ["b=c unset"])
    }

    @Test func aChildOfTheChildDoesNotKeepUsWaiting() throws {
        let start = MonotonicClock.seconds
        #expect(try Self.run("sleep 100 & echo started").lines == ["started"])
        #expect(MonotonicClock.seconds - start < 5)
    }

    @Test func longLinesAreCut() throws {
        let lines = try Self.run("head -c 1000000 /dev/zero | tr '\\0' x").lines
        #expect(lines.allSatisfy { $0.utf8.count <= 1 << 16 })
    }

    @Test func aSilentChildIsKilledAtItsDeadline() throws {
        let child = try ChildProcess("sleep", arguments: ["100"])
        let ending = child.finish(deadline: MonotonicClock.seconds + 0.1, onLine: { _ in })
        #expect(ending == .signalled(SIGKILL))
    }

    /// Programs that start at the same time must not get each other's pipes: one would never see the end of its input.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
    func childrenHaveTheirOwnDescriptorsOnly() throws {
        @Sendable func descriptors() throws -> String {
            let child = try ChildProcess("sh", arguments: ["-c", "cd /proc/$$/fd && echo *"], hasChannels: true)
            var lines: [String] = []
            _ = child.finish(onLine: { lines.append($0) })
            return lines.joined()
        }
        // Whoever started the tests may have left some open for all.
        let alone = try descriptors()
        let found = Mutex<Set<String>>([])
        Threads.concurrently(8) { _ in
            for _ in 0..<10 {
                let names = try? descriptors()
                found.withLock { _ = $0.insert(names ?? "none") }
            }
        }
        #expect(found.withLock { $0 } == [alone])
    }
}
