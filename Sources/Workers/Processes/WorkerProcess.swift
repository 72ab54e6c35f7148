import DataModel
import Diagnostics
import Platform
import Synchronization

/// A Python process and the talk with it. One thread at a time uses it; any may kill it.
final class WorkerProcess: @unchecked Sendable {  // the pool hands it to one thread at a time
    private static let longestHeader = 1 << 28
    private static let longestBody: UInt64 = 1 << 36
    /// Seconds that a Python may take to start.
    private static let startTime = 120.0

    let environment: WorkerEnvironment
    let child: ChildProcess
    /// The tasks that are open in it, with the number of the change of pruning that each has seen.
    var tasks: [Int: Int] = [:]
    /// Takes the lines that it prints.
    var onLine: (String) -> Void = { _ in }
    private(set) var pythonVersion = ""

    private var splitter = LineSplitter()
    private var logHasEnded = false
    private let isStopped = Atomic(false)

    /// Starts a process; `greet` must follow.
    init(_ environment: WorkerEnvironment, package: String) throws(WorkerFault) {
        self.environment = environment
        let boot =
            "import sys; sys.path.insert(0, sys.argv.pop(1)); import runpy; "
            + "runpy.run_module('beamstack_worker', run_name='__main__', alter_sys=True)"
        do throws(SystemError) {
            child = try ChildProcess(
                environment.python, arguments: ["-I", "-X", "utf8", "-u", "-c", boot, package], hasChannels: true)
        } catch {
            throw .system("\(error)")
        }
    }

    /// Waits for the process to say that it is there.
    func greet() throws(WorkerFault) {
        let frame = try receive(deadline: MonotonicClock.seconds + Self.startTime, allowed: Self.startTime)
        guard frame.header["hello"]?["protocol"]?.int == 1 else {
            throw .nonsense("its greeting is of another protocol")
        }
        pythonVersion = frame.header["hello"]?["python"]?.string ?? ""
    }

    /// Ends the process at once; what waits for it gets `cancelled`.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        child.kill()
    }

    /// Sends a request and gives the reply, unless that is an error.
    func ask(
        _ members: [JSONText.Member], bodies: [[UInt8]] = [], timeout: Double? = nil
    ) throws(WorkerFault) -> Frame {
        let deadline = timeout.map { MonotonicClock.seconds + $0 }
        try send(members, bodies: bodies, deadline: deadline, allowed: timeout)
        return try reply(deadline: deadline, allowed: timeout)
    }

    /// The next reply, unless that is an error.
    func reply(deadline: Double?, allowed: Double?) throws(WorkerFault) -> Frame {
        let frame = try receive(deadline: deadline, allowed: allowed)
        if let error = frame.header["error"] { throw .refused(error) }
        guard frame.header["ok"]?.bool == true else { throw .nonsense("an answer is neither a result nor an error") }
        return frame
    }

    func send(
        _ members: [JSONText.Member], bodies: [[UInt8]], deadline: Double?, allowed: Double?
    ) throws(WorkerFault) {
        try write(Frame.prefix(members, bodies: bodies.map(\.count)), deadline, allowed)
        for body in bodies { try write(body, deadline, allowed) }
    }

    private func write(_ bytes: [UInt8], _ deadline: Double?, _ allowed: Double?) throws(WorkerFault) {
        guard let input = child.input else { throw crash() }
        var total = 0
        while total < bytes.count {
            let transfer = bytes.withUnsafeBytes { content in
                content.baseAddress.flatMap { try? input.write($0 + total, count: content.count - total) }
            }
            switch transfer {
            case .bytes(let count)?: total += count
            case .wouldBlock?: try wait(writing: input, deadline, allowed)
            case .ended?, nil: throw crash()
            }
        }
    }

    private func receive(deadline: Double?, allowed: Double?) throws(WorkerFault) -> Frame {
        let prefix = UnsafeMutableRawBufferPointer.allocate(byteCount: 12, alignment: 8)
        defer { prefix.deallocate() }
        try read(into: prefix, deadline, allowed)
        let headerLength = Int(UInt32(littleEndian: prefix.loadUnaligned(as: UInt32.self)))
        let bodyLength = UInt64(littleEndian: prefix.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
        guard headerLength <= Self.longestHeader, bodyLength <= Self.longestBody else {
            throw .nonsense("something else than its protocol was written to the pipe")
        }
        let text = UnsafeMutableRawBufferPointer.allocate(byteCount: headerLength, alignment: 8)
        defer { text.deallocate() }
        try read(into: text, deadline, allowed)
        guard let header = JSONText.parse(UnsafeRawBufferPointer(text)), case .object = header else {
            throw .nonsense("something else than its protocol was written to the pipe")
        }
        let body = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(bodyLength), alignment: 64)
        do throws(WorkerFault) {
            try read(into: body, deadline, allowed)
        } catch {
            body.deallocate()
            throw error
        }
        drainLog()
        guard let frame = Frame(header: header, memory: body) else {
            throw .nonsense("the parts of an answer have other lengths than it says")
        }
        return frame
    }

    private func read(
        into room: UnsafeMutableRawBufferPointer, _ deadline: Double?, _ allowed: Double?
    ) throws(WorkerFault) {
        guard let output = child.output, let start = room.baseAddress else { return }
        var total = 0
        while total < room.count {
            switch try? output.read(into: start + total, count: room.count - total) {
            case .bytes(let count)?: total += count
            case .wouldBlock?: try wait(writing: nil, deadline, allowed)
            case .ended?, nil: throw crash()
            }
        }
    }

    /// Waits until the talk can go on, and takes what is printed meanwhile.
    private func wait(writing: PipeEnd?, _ deadline: Double?, _ allowed: Double?) throws(WorkerFault) {
        var milliseconds = 250
        if let deadline {
            let left = deadline - MonotonicClock.seconds
            if left <= 0 {
                child.kill()
                throw .timedOut(seconds: allowed ?? 0)
            }
            milliseconds = min(milliseconds, Int(left * 1000) + 1)
        }
        let output = writing == nil ? child.output : nil
        PipeEnd.wait(
            reading: [logHasEnded ? nil : child.log, output].compactMap { $0 }, writing: writing,
            milliseconds: milliseconds)
        drainLog()
        // A child of the worker may keep the pipe open beyond the worker's end; what the worker wrote comes first.
        if child.ending != nil, let output, !output.isReadable { throw crash() }
        if isStopped.load(ordering: .acquiring) { throw .cancelled }
    }

    private func drainLog() {
        if !logHasEnded { logHasEnded = splitter.drain(child.log, onLine) == .ended }
    }

    /// What to say of a process that does not answer any more.
    private func crash() -> WorkerFault {
        if isStopped.load(ordering: .acquiring) { return .cancelled }
        // The pipe closes a moment before the process is gone.
        let ending = child.wait(milliseconds: 500)
        if ending == nil { child.kill() }
        drainLog()
        splitter.finish(onLine)
        guard let ending = ending ?? child.wait(milliseconds: 1000) else {
            return .nonsense("it closed its pipe")
        }
        return .crashed(ending, lines: splitter.last)
    }

    /// Whether an idle process is still there.
    var isAlive: Bool {
        drainLog()
        return child.ending == nil
    }

    /// Lets the process end by itself, for a while.
    func finish(milliseconds: Int) {
        child.closeInput()
        let start = MonotonicClock.nanoseconds
        while child.ending == nil, Int((MonotonicClock.nanoseconds - start) / 1_000_000) < milliseconds {
            // A process that prints at its end must not wait for us.
            PipeEnd.wait(reading: logHasEnded ? [] : [child.log], milliseconds: 5)
            drainLog()
        }
        child.kill()
        _ = child.wait(milliseconds: 1000)
        drainLog()
        splitter.finish(onLine)
    }
}
