#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The machine and what it gives this process.
public enum Host {
    public static var processID: Int32 { getpid() }

    /// The program that runs in this process; `nil` where the system does not say.
    public static var executablePath: String? {
        #if canImport(Darwin)
            var size = UInt32(4096)
            return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(size)) { room in
                guard let start = room.baseAddress, _NSGetExecutablePath(start, &size) == 0 else { return nil }
                return FileSystem.absolutePath(of: String(cString: start))
            }
        #else
            return FileSystem.absolutePath(of: "/proc/self/exe")
        #endif
    }

    /// How many threads can run at once: the cores that the scheduler allows, or fewer where a control group's quota
    /// (a container's limit) is lower.
    public static var coreCount: Int {
        max(1, min(allowedCores, quota ?? .max))
    }

    private static var allowedCores: Int {
        if let bytes = try? OpenFile.contents(of: "/proc/self/status", limit: 1 << 16),
            let allowed = cores(processStatus: String(decoding: bytes, as: UTF8.self))
        {
            return allowed
        }
        return Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// The number of bits in `Cpus_allowed: ff,ffffffff`.
    static func cores(processStatus: String) -> Int? {
        guard let line = processStatus.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }) else {
            return nil
        }
        let bits = line.dropFirst(13).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        return bits > 0 ? bits : nil
    }

    /// The CPU quota of the control group in whole cores, rounded up.
    private static var quota: Int? {
        guard let bytes = try? OpenFile.contents(of: "/sys/fs/cgroup/cpu.max", limit: 256) else { return nil }
        return Self.quota(cpuMax: String(decoding: bytes, as: UTF8.self))
    }

    /// `200000 100000`, microseconds allowed per period; `max` where there is no limit.
    static func quota(cpuMax: String) -> Int? {
        let parts = cpuMax.split { $0 == " " || $0 == "\n" }
        guard parts.count == 2, let allowed = Int(parts[0]), let period = Int(parts[1]), period > 0, allowed > 0 else {
            return nil
        }
        return (allowed - 1) / period + 1
    }

    /// The machine's memory, or less where a control group (a container) has less; `nil` where nobody says.
    public static var memoryInBytes: Int64? {
        let pages = Int64(sysconf(Int32(_SC_PHYS_PAGES)))
        let all = pages > 0 ? pages * Int64(sysconf(Int32(_SC_PAGESIZE))) : nil
        let limit = (try? OpenFile.contents(of: "/sys/fs/cgroup/memory.max", limit: 64)).flatMap { bytes in
            Int64(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber })
        }
        return [all, limit].compactMap { $0 }.min()
    }

    /// The most memory that the process has held at once.
    public static var peakMemoryInBytes: Int64 {
        var usage = rusage()
        // `RUSAGE_SELF` is 0 everywhere, but imported as a type that differs between the C libraries.
        guard getrusage(0, &usage) == 0 else { return 0 }
        #if canImport(Darwin)
            return Int64(usage.ru_maxrss)
        #else
            return Int64(usage.ru_maxrss) * 1024
        #endif
    }
}

extension Host {
    /// Ends the process at once with a status.
    public static func exit(_ status: Int32) -> Never { systemExit(status) }
}

private func systemExit(_ status: Int32) -> Never { exit(status) }
