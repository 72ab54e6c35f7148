import Platform

/// Cuts what a process prints into lines.
struct LineSplitter {
    /// Longer lines are cut, so that no process can fill our memory.
    private static let longestLine = 1 << 16
    private static let keptLines = 20

    private var partial: [UInt8] = []
    /// The last lines, for the messages about a crash.
    private(set) var last: [String] = []

    /// Reads what is there without waiting.
    mutating func drain(_ pipe: PipeEnd, _ onLine: (String) -> Void) -> PipeEnd.Transfer {
        withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 16) { room in
            guard let start = room.baseAddress else { return .ended }
            while true {
                let transfer = (try? pipe.read(into: start, count: room.count)) ?? .ended
                guard case .bytes(let count) = transfer else { return transfer }
                add(UnsafeRawBufferPointer(rebasing: room[..<count]), onLine)
            }
        }
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer, _ onLine: (String) -> Void) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            partial.append(contentsOf: rest[..<end])
            rest = rest[(end + 1)...]
            emit(onLine)
        }
        partial.append(contentsOf: rest)
        if partial.count > Self.longestLine { emit(onLine) }
    }

    /// Gives the last line where nothing ended it.
    mutating func finish(_ onLine: (String) -> Void) {
        if !partial.isEmpty { emit(onLine) }
    }

    private mutating func emit(_ onLine: (String) -> Void) {
        if partial.last == UInt8(ascii: "\r") { partial.removeLast() }
        let line = String(decoding: partial.prefix(Self.longestLine), as: UTF8.self)
        partial.removeAll(keepingCapacity: true)
        if last.count == Self.keptLines { last.removeFirst() }
        last.append(line)
        onLine(line)
    }
}
