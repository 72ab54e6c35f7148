import Synchronization

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

    /// What a person looks at, for a process that prints to files which another copies there.
    public struct Appearance: Sendable, Equatable {
        public let isOutput: Bool
        public let isError: Bool
        public let width: Int?

        public init(isOutput: Bool, isError: Bool, width: Int?) {
            self.isOutput = isOutput
            self.isError = isError
            self.width = width
        }

        /// As this process has it.
        public static var current: Appearance {
            Appearance(isOutput: isTerminal(.output), isError: isTerminal(.error), width: Terminal.width(of: .error))
        }
    }

    private static let adopted = Mutex<Appearance?>(nil)

    /// From now on the streams of this process count as those of another.
    public static func adopt(_ appearance: Appearance) { adopted.withLock { $0 = appearance } }

    public static func isTerminal(_ stream: Stream) -> Bool {
        if let appearance = adopted.withLock({ $0 }), stream != .input {
            return stream == .output ? appearance.isOutput : appearance.isError
        }
        return isatty(stream.rawValue) == 1
    }

    /// Columns, from the terminal or else `COLUMNS`; `nil` where neither says.
    public static func width(of stream: Stream) -> Int? {
        if let appearance = adopted.withLock({ $0 }) { return appearance.width }
        var size = winsize()
        if ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return Environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }
}
