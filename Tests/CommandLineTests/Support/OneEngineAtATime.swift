import Testing

/// Suites that start engines wait for each other: a machine has cores and ports for one.
struct OneEngineAtATime: SuiteTrait, TestScoping {
    /// Once for the suite, not for each test.
    var isRecursive: Bool { false }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Self.alone(function)
    }

    /// Runs a suite when it is its turn.
    static func alone(_ suite: @Sendable () async throws -> Void) async throws {
        await Turn.shared.take()
        do {
            try await suite()
        } catch {
            await Turn.shared.giveBack()
            throw error
        }
        await Turn.shared.giveBack()
    }

    private actor Turn {
        static let shared = Turn()
        private var isTaken = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func take() async {
            guard isTaken else {
                isTaken = true
                return
            }
            await withCheckedContinuation { waiting.append($0) }
        }

        func giveBack() {
            if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
        }
    }
}
