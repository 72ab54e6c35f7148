import Platform
import Synchronization
import Testing

struct PlatformTests {
    @Test(arguments: [
        ("a/b", "a", "b"), ("b", "", "b"), ("/b", "/", "b"), ("/", "/", ""), ("a/b/c.txt", "a/b", "c.txt"),
        ("a//b", "a", "b"), ("", "", ""),
    ])
    func paths(_ path: String, _ directory: String, _ name: String) {
        #expect(Path.directory(of: path) == directory)
        #expect(Path.name(of: path) == name)
    }

    @Test func errorsSayWhatFailed() {
        do throws(SystemError) {
            _ = try OpenFile("/nowhere/at/all")
            Issue.record("opened")
        } catch {
            #expect(error.description == "cannot open '/nowhere/at/all': no such file or directory")
            #expect(error.isNotFound)
        }
    }

    @Test func filesAppearWhole() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/x/y/z.txt"
        try FileSystem.createDirectories(Path.directory(of: path))
        try OpenFile.write(Array("one".utf8), to: path)
        try OpenFile.write(Array("two".utf8), to: path)
        #expect(try OpenFile.contents(of: path) == Array("two".utf8))
        #expect(try FileSystem.names(in: "\(directory.path)/x/y") == ["z.txt"])
        #expect(try FileSystem.status(of: path)?.sizeInBytes == 3)
        #expect(try FileSystem.status(of: path + "x") == nil)
    }

    @Test func hostFacts() {
        #expect(Host.coreCount >= 1)
        #expect(Host.peakMemoryInBytes > 1 << 20)
        let before = MonotonicClock.nanoseconds
        #expect(MonotonicClock.nanoseconds >= before)
    }

    @Test func threads() {
        @Sendable func depth(_ remaining: Int) -> Int { remaining == 0 ? 0 : 1 + depth(remaining - 1) }
        #expect(Threads.runWithLargeStack(bytes: 512 << 20) { depth(100_000) } == 100_000)
        final class Box: Sendable { let sum = Mutex(0) }
        let box = Box()
        Threads.concurrently(8) { number in box.sum.withLock { $0 += number } }
        #expect(box.sum.withLock { $0 } == 28)
    }
}
