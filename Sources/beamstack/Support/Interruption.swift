import Platform
import Synchronization

/// Ctrl-C and `kill`: a run that can stop cleanly is asked to, everything else ends at once.
enum Interruption {
    private static let handlers = Mutex<(first: (@Sendable () -> Void)?, again: (@Sendable () -> Void)?)>((nil, nil))

    /// Takes the signals. To be called before any other thread starts.
    static func install() {
        Signals.onInterrupt { signal, count in
            let (first, again) = handlers.withLock { $0 }
            if let first, count == 1 { return first() }
            again?()
            Host.exit(signal == .interrupt ? 130 : 143)
        }
    }

    /// From now on the first signal calls `body`; a second one still ends the process, after `again`.
    static func whenInterrupted(_ body: (@Sendable () -> Void)?, again: (@Sendable () -> Void)? = nil) {
        handlers.withLock { $0 = (body, again) }
    }
}
