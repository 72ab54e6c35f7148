import Dispatch
import Synchronization
import Testing

@testable import Engine

@Suite struct OrderedConsumerTests {
    @Test func handlesItemsInOrderFromManyThreads() {
        let seen = Mutex<[Int]>([])
        let consumer = OrderedConsumer<Int> { item in seen.withLock { $0.append(item) } }
        consumer.begin(at: 100)
        let next = Atomic<Int>(100)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<500 {
                let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                try? consumer.deposit(number, sequence: number)
            }
        }
        #expect(seen.withLock { $0 } == Array(100..<4100))
    }

    @Test func theFirstErrorReachesEveryLaterCaller() {
        struct Failure: Error {}
        let consumer = OrderedConsumer<Int> { item in if item == 1 { throw Failure() } }
        #expect(throws: Never.self) { try consumer.deposit(0, sequence: 0) }
        #expect(throws: Failure.self) { try consumer.deposit(1, sequence: 1) }
        #expect(throws: Failure.self) { try consumer.deposit(2, sequence: 2) }
    }
}
