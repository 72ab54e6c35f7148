#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The time of day, for `datetime.now()` in templates.
enum SystemClock {
    /// Microseconds since 1970, shifted by the local time zone's offset where asked for.
    static func now(isLocal: Bool) -> Int64 {
        var spec = timespec()
        clock_gettime(CLOCK_REALTIME, &spec)
        var offset = 0
        if isLocal {
            var seconds = spec.tv_sec
            var parts = tm()
            if localtime_r(&seconds, &parts) != nil { offset = parts.tm_gmtoff }
        }
        return (Int64(spec.tv_sec) + Int64(offset)) * 1_000_000 + Int64(spec.tv_nsec) / 1000
    }
}
