#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One process of this machine, told apart from later ones that are given the same number.
public struct ProcessIdentity: Sendable, Hashable {
    public let processID: Int32
    /// When it began, in the system's own terms; two processes of one number never share it.
    public let start: String

    public init(processID: Int32, start: String) {
        self.processID = processID
        self.start = start
    }

    /// The process that has a number now; `nil` where there is none, or only what is left of a dead one.
    public static func of(_ processID: Int32) -> ProcessIdentity? {
        ProcessTable.start(of: processID).map { ProcessIdentity(processID: processID, start: $0) }
    }

    /// This process.
    public static var current: ProcessIdentity {
        of(Host.processID) ?? ProcessIdentity(processID: Host.processID, start: "")
    }

    /// Whether the process still runs; one that has ended but was not waited for does not.
    public var isAlive: Bool { ProcessTable.start(of: processID) == start }

    /// The memory that the process holds now, without what was swapped out; 0 where nobody says.
    public var residentMemoryInBytes: Int64 { isAlive ? ProcessTable.residentMemory(of: processID) : 0 }

    /// Asks the process to end.
    public func terminate() { if isAlive { _ = kill(processID, SIGTERM) } }

    /// Tells the process what Ctrl-C tells.
    public func interrupt() { if isAlive { _ = kill(processID, SIGINT) } }

    /// Ends the process and all that belong to its session: its children, unless they left for one of their own.
    ///
    /// The process must have been started as the leader of a session. It may be gone already; its children are found.
    public func killSession() {
        // The number may lead a session that is not ours once the process is gone and another one has it.
        if let holder = Self.of(processID), holder != self { return }
        for member in ProcessTable.session(processID) where member != Host.processID { _ = kill(member, SIGKILL) }
    }

    /// Whether the process or any other of its session is left.
    public var hasSession: Bool {
        if let holder = Self.of(processID), holder != self { return false }
        return !ProcessTable.session(processID).isEmpty
    }

    /// Takes note of the end of a child of this process, which otherwise stays in the table of processes.
    ///
    /// - Returns: how it ended, where it was a child and has.
    public func reap() -> ChildProcess.Ending? {
        var status: Int32 = 0
        var found = waitpid(processID, &status, WNOHANG)
        // One of many threads is dead at first, and can be waited for only when the last one is.
        var attempts = 0
        while found == 0, !isAlive, attempts < 100 {
            Threads.sleep(milliseconds: 10)
            found = waitpid(processID, &status, WNOHANG)
            attempts += 1
        }
        guard found == processID else { return nil }
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    }
}

/// What the system knows about all processes.
enum ProcessTable {
    #if canImport(Darwin)
        private static func information(_ processID: Int32) -> kinfo_proc? {
            var name = [CTL_KERN, KERN_PROC, KERN_PROC_PID, processID]
            var found = kinfo_proc()
            var size = MemoryLayout<kinfo_proc>.stride
            guard sysctl(&name, 4, &found, &size, nil, 0) == 0, size > 0 else { return nil }
            return found
        }

        static func start(of processID: Int32) -> String? {
            guard let found = information(processID), Int32(found.kp_proc.p_stat) != SZOMB else { return nil }
            let time = found.kp_proc.p_un.__p_starttime
            return "\(time.tv_sec).\(time.tv_usec)"
        }

        static func residentMemory(of processID: Int32) -> Int64 {
            var usage = proc_taskinfo()
            let size = Int32(MemoryLayout<proc_taskinfo>.size)
            return proc_pidinfo(processID, PROC_PIDTASKINFO, 0, &usage, size) == size
                ? Int64(usage.pti_resident_size) : 0
        }

        static func session(_ leader: Int32) -> [Int32] {
            var numbers = [Int32](repeating: 0, count: 1 << 16)
            let count = proc_listallpids(&numbers, Int32(numbers.count * MemoryLayout<Int32>.stride))
            return numbers.prefix(max(0, Int(count))).filter { getsid($0) == leader && start(of: $0) != nil }
        }
    #else
        /// What `/proc/PID/stat` says of a process that has not ended.
        private struct Entry {
            var session = ""
            var start = ""
            var residentPages = ""
        }

        /// Every run asks for itself: this reads bytes where splitting text would cost a tenth of a millisecond.
        private static func entry(_ processID: Int32) -> Entry? {
            withContents(of: "/proc/" + String(processID) + "/stat") { bytes in
                // The second field is a name in parentheses, which may hold anything.
                guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
                var entry = Entry()
                // The fields behind it, from the state on, which is the third of all.
                var field = -1
                var begin = end + 1
                for index in (end + 1)..<bytes.count where bytes[index] == UInt8(ascii: " ") || index == bytes.count - 1
                {
                    let text = bytes[begin..<index]
                    switch field {
                    case 0 where text.first == UInt8(ascii: "Z") || text.first == UInt8(ascii: "X"): return nil
                    case 3: entry.session = String(decoding: text, as: UTF8.self)
                    case 19: entry.start = String(decoding: text, as: UTF8.self)
                    case 21: entry.residentPages = String(decoding: text, as: UTF8.self)
                    default: break
                    }
                    field += 1
                    begin = index + 1
                }
                return field > 21 ? entry : nil
            }
        }

        private static func withContents<Result>(
            of path: String, _ body: (UnsafeRawBufferPointer) -> Result?
        ) -> Result? {
            guard let file = try? OpenFile(path) else { return nil }
            return withUnsafeTemporaryAllocation(byteCount: 1 << 12, alignment: 1) { room in
                guard let start = room.baseAddress, let count = try? file.read(into: start, count: room.count) else {
                    return nil
                }
                return body(UnsafeRawBufferPointer(rebasing: room[..<count]))
            }
        }

        static func start(of processID: Int32) -> String? { entry(processID).map { boot + "-" + $0.start } }

        static func residentMemory(of processID: Int32) -> Int64 {
            (entry(processID).flatMap { Int64($0.residentPages) } ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE)))
        }

        static func session(_ leader: Int32) -> [Int32] {
            let session = String(leader)
            return ((try? FileSystem.names(in: "/proc")) ?? []).compactMap { Int32($0) }.filter { number in
                entry(number).map { $0.session == session } ?? false
            }
        }

        /// Start times count from the boot, so they repeat after the next one.
        private static let boot: String =
            withContents(of: "/proc/sys/kernel/random/boot_id") { String(decoding: $0.prefix(8), as: UTF8.self) } ?? ""
    #endif
}
