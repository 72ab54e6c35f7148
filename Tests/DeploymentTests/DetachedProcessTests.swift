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

    @Test func itReadsWhatItIsGivenAndKeepsItsStreamsApart() throws {
        let log = NSTemporaryDirectory() + "beamstack-detached-\(UUID().uuidString)"
        defer { for path in [log, log + ".errors"] { try? FileManager.default.removeItem(atPath: path) } }
        // More than a pipe holds.
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let identity = try DetachedProcess.start(
            "sh", arguments: ["-c", "wc -c; echo wrong >&2"], input: input, output: log, errors: log + ".errors")
        #expect(Self.wait { !identity.isAlive })
        #expect(identity.reap() == .exited(0))
        let output = try String(contentsOfFile: log, encoding: .utf8)
        #expect(output.trimmingCharacters(in: .whitespacesAndNewlines) == "1048576")
        #expect(try String(contentsOfFile: log + ".errors", encoding: .utf8) == "wrong\n")
        // Nobody reads: that is the program's business.
        let deaf = try DetachedProcess.start("true", arguments: [], input: input, output: log)
        #expect(Self.wait { !deaf.isAlive })
        #expect(deaf.reap() == .exited(0))
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
