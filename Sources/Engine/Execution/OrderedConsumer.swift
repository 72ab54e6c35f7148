import Platform
import Synchronization

/// Brings what workers finish in any order back into the order of the input, without stopping them.
///
/// Whoever deposits an item whose turn has come handles it and all that follow; the others go on.
final class OrderedConsumer<Item: Sendable>: Sendable {
    private struct State {
        var pending: [Int: Item] = [:]
        var next = 0
        var isDraining = false
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let handle: @Sendable (Item) throws -> Void

    /// `handle` is called for one item at a time, in the order of the sequence numbers.
    init(_ handle: @escaping @Sendable (Item) throws -> Void) {
        self.handle = handle
    }

    /// Sets the number of the first item to come; all earlier ones have been handled.
    func begin(at sequence: Int) {
        state.withLock { $0.next = sequence }
    }

    /// Hands over item number `sequence`, and handles what is due.
    ///
    /// Rethrows the first error of `handle`, to this and every later caller.
    func deposit(_ item: Item, sequence: Int) throws {
        let mayDrain = try state.withLock { state -> Bool in
            if let failure = state.failure { throw failure }
            state.pending[sequence] = item
            guard !state.isDraining, state.pending[state.next] != nil else { return false }
            state.isDraining = true
            return true
        }
        if mayDrain { try drain() } else { waitWhileCrowded() }
    }

    /// Holds back a worker that hands over faster than another can handle, so that what waits stays bounded. It waits
    /// only while somebody handles items, and so cannot wait for itself.
    private func waitWhileCrowded() {
        while state.withLock({ $0.isDraining && $0.pending.count > Self.crowd }) { Threads.sleep(milliseconds: 1) }
    }

    /// Items that may wait.
    private static var crowd: Int { 32 }

    private func drain() throws {
        while true {
            let item = state.withLock { state -> Item? in
                guard let item = state.pending.removeValue(forKey: state.next) else {
                    state.isDraining = false
                    return nil
                }
                state.next += 1
                return item
            }
            guard let item else { return }
            do {
                try handle(item)
            } catch {
                state.withLock {
                    $0.failure = error
                    $0.isDraining = false
                    $0.pending = [:]
                }
                throw error
            }
        }
    }
}
