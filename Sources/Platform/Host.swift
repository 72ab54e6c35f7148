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

    /// How many threads can run at once: the cores that the scheduler allows, or fewer where a control group's quota
    /// (a container's limit) is lower.
    public static var coreCount: Int {
        max(1, min(allowedCores, quota ?? .max))
    }

    private static var allowedCores: Int {
        #if os(Linux)
            var set = cpu_set_t()
            if sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 {
                return withUnsafeBytes(of: &set) { $0.reduce(0) { $0 + $1.nonzeroBitCount } }
            }
        #endif
        return Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
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

    /// The most memory that the process has held at once.
    public static var peakMemoryInBytes: Int64 {
        var usage = rusage()
        #if canImport(Glibc)
            guard getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
        #else
            guard getrusage(Int32(RUSAGE_SELF), &usage) == 0 else { return 0 }
        #endif
        #if canImport(Darwin)
            return Int64(usage.ru_maxrss)
        #else
            return Int64(usage.ru_maxrss) * 1024
        #endif
    }
}
