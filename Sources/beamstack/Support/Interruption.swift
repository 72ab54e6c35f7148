import Platform
import Synchronization

/// Ctrl-C and `kill`: a run that can stop cleanly is asked to, everything else ends at once.
enum Interruption {
    private static let handler = Mutex<(@Sendable () -> Void)?>(nil)

    /// Takes the signals. To be called before any other thread starts.
    static func install() {
        Signals.onInterrupt { signal, count in
            let handler = handler.withLock { $0 }
            if let handler, count == 1 { handler() } else { Host.exit(signal == .interrupt ? 130 : 143) }
        }
    }

    /// From now on the first signal calls `body`; a second one still ends the process.
    static func whenInterrupted(_ body: @escaping @Sendable () -> Void) {
        handler.withLock { $0 = body }
    }
}
