import DataModel
import Diagnostics
import Platform

/// A message of a worker: an object, and Arrow streams.
final class Frame: @unchecked Sendable {  // nobody writes to the memory once it has been received
    let header: JSONText
    private let memory: UnsafeMutableRawBufferPointer
    private let ranges: [Range<Int>]

    /// Takes over the memory. `nil` where the header does not cut it into parts.
    init?(header: JSONText, memory: UnsafeMutableRawBufferPointer) {
        self.header = header
        self.memory = memory
        var ranges: [Range<Int>] = []
        var position = 0
        for length in header["bodies"]?.elements ?? [] {
            guard let length = length.int, length >= 0, length <= memory.count - position else { return nil }
            ranges.append(position..<position + length)
            position += length
        }
        self.ranges = ranges
        guard position == memory.count else { return nil }
    }

    deinit { memory.deallocate() }

    var bodyCount: Int { ranges.count }

    func decode(_ index: Int) throws(WorkerFault) -> (schema: Schema, batches: [Batch]) {
        guard ranges.indices.contains(index) else { throw .nonsense("an answer lacks a part") }
        do {
            return try ArrowStream.decode(UnsafeRawBufferPointer(rebasing: memory[ranges[index]]))
        } catch {
            throw .nonsense("\(error)")
        }
    }

    /// Header lengths and header of a message whose parts have the given lengths.
    static func prefix(_ members: [JSONText.Member], bodies: [Int]) -> [UInt8] {
        let lengths = JSONText.Member("bodies", .array(bodies.map { .integer($0) }))
        let header = Array(JSONText.object(members + [lengths]).compact.utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(header.count + 12)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: header.count).littleEndian) { bytes += $0 }
        withUnsafeBytes(of: UInt64(bodies.reduce(0, +)).littleEndian) { bytes += $0 }
        return bytes + header
    }
}

/// What goes wrong between us and a worker process.
enum WorkerFault: Error {
    /// The process came to its end; the last lines that it printed.
    case crashed(ChildProcess.Ending, lines: [String])
    case timedOut(seconds: Double)
    /// What it sent makes no sense.
    case nonsense(String)
    /// A problem that the person can mend, as the worker tells it.
    case refused(JSONText)
    case cancelled
    case system(String)
    /// Rows that have no form in Arrow.
    case unsendable(String)

    /// Whether the process is of no use any more.
    var endsProcess: Bool { if case .refused = self { false } else { true } }
    /// Whether a new process might do better.
    var allowsRestart: Bool {
        switch self {
        case .crashed, .timedOut, .nonsense: true
        case .refused, .cancelled, .system, .unsendable: false
        }
    }
}
