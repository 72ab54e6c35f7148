import Foundation
import Synchronization

/// Ends the test process with the case at hand where one takes too long: a hang has no other way to fail.
enum Watchdog {
    private struct Case {
        var number = 0
        var text = ""
        var began = Date()
        var isOver = false
    }

    static func watch(_ seconds: Double, _ body: (_ begin: (Int, String) -> Void) throws -> Void) throws {
        let current = Shared(Case())
        let thread = Thread {
            while true {
                Thread.sleep(forTimeInterval: 0.5)
                let found = current.value.withLock { $0 }
                if found.isOver { return }
                guard Date().timeIntervalSince(found.began) > seconds else { continue }
                let message = "case \(found.number) takes more than \(seconds) s:\n\(found.text)\n"
                FileHandle.standardError.write(Data(message.utf8))
                exit(1)
            }
        }
        thread.start()
        defer { current.value.withLock { $0.isOver = true } }
        try body { number, text in
            current.value.withLock { $0 = Case(number: number, text: text) }
        }
    }

    private final class Shared: Sendable {
        let value: Mutex<Case>

        init(_ value: sending Case) { self.value = Mutex(value) }
    }
}
