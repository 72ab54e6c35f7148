#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The variables that the process was started with.
public enum Environment {
    public static subscript(name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
