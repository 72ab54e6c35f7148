#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The terminal that standard output or standard error is, if it is one.
public enum Terminal {
    public enum Stream: Int32, Sendable {
        case input = 0
        case output = 1
        case error = 2
    }

    public static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

    /// Columns, from the terminal or else `COLUMNS`; `nil` where neither says.
    public static func width(of stream: Stream) -> Int? {
        var size = winsize()
        if ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return Environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
}
