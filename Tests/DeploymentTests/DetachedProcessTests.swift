import Foundation
import Platform
import Testing

struct DetachedProcessTests {
    private static func start(_ script: String) throws -> (ProcessIdentity, String) {
        let log = NSTemporaryDirectory() + "beamstack-detached-\(UUID().uuidString)"
        let identity = try DetachedProcess.start(
            "sh", arguments: ["-c", script], environment: ["PROBE": "set"], output: log)
        return (identity, log)
    }

    private static func wait(_ isMet: () -> Bool) -> Bool {
        for _ in 0..<250 {
            if isMet() { return true }
            Threads.sleep(milliseconds: 20)
        }
        return false
    }

    @Test func itHasASessionAndALogOfItsOwn() throws {
        let (identity, log) = try Self.start("echo $PROBE $(ps -o sid= -p $$) $$; echo wrong >&2; exit 3")
        defer { try? FileManager.default.removeItem(atPath: log) }
        #expect(Self.wait { !identity.isAlive })
        #expect(identity.reap() == .exited(3))
        let words = try String(contentsOfFile: log, encoding: .utf8).split(whereSeparator: \.isWhitespace)
        #expect(words == ["set", "\(identity.processID)", "\(identity.processID)", "wrong"])
    }

    /// Otherwise whoever reads from a pipe that we were started with waits for as long as it runs.
    @Test func nothingThatIsOpenHereIsOpenThere() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (identity, log) = try Self.start("sleep 600")
        defer { try? FileManager.default.removeItem(atPath: log) }
        close(ends[1])
        var byte: UInt8 = 0
        var waiting = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
        #expect(poll(&waiting, 1, 2000) == 1, "the other end is closed")
        #expect(read(ends[0], &byte, 1) == 0)
        close(ends[0])
        identity.killSession()
        #expect(Self.wait { !identity.isAlive })
    }

    /// A process that is killed leaves children; they are found by the session although their parent is gone.
    @Test func childrenOfALostProcessAreFound() throws {
        let (identity, log) = try Self.start("sleep 600 & sleep 600 & echo ready; wait")
        defer { try? FileManager.default.removeItem(atPath: log) }
        #expect(Self.wait { (try? String(contentsOfFile: log, encoding: .utf8)) == "ready\n" })
        kill(identity.processID, SIGKILL)
        #expect(Self.wait { !identity.isAlive })
        #expect(identity.reap() == .signalled(SIGKILL))
        #expect(identity.hasSession)
        identity.killSession()
        #expect(Self.wait { !identity.hasSession })
    }

    @Test func aNumberAloneIsNoIdentity() {
        let own = ProcessIdentity.current
        #expect(own.isAlive)
        #expect(own.residentMemoryInBytes > 1 << 20)
        let other = ProcessIdentity(processID: own.processID, start: "another")
        #expect(!other.isAlive)
        #expect(!other.hasSession)
        // Must not end this process.
        other.killSession()
        other.terminate()
    }

    @Test func portsAreFreeUntilSomebodyListens() throws {
        let first = try #require(LoopbackPorts.free(from: 20_000))
        #expect(!LoopbackPorts.isListening(first))
        #expect(LoopbackPorts.free(from: first, taken: [first]).map { $0 > first } == true)
        let server = try ChildProcess(
            "python3", arguments: ["-m", "http.server", String(first), "--bind", "0.0.0.0"])
        defer { server.kill() }
        #expect(Self.wait { LoopbackPorts.isListening(first) })
        #expect(!LoopbackPorts.isFree(first), "all addresses include this one")
        let request = Array("GET / HTTP/1.0\r\n\r\n".utf8)
        let answer = LoopbackPorts.exchange(request, with: first, milliseconds: 5000, limit: 1 << 20)
        #expect(answer.map { String(decoding: $0.prefix(5), as: UTF8.self) } == "HTTP/")
        #expect(LoopbackPorts.exchange(request, with: first, milliseconds: 5000, limit: 10) == nil)
    }
}
