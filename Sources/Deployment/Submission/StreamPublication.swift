import Connectors
public import Diagnostics
public import Planning
import Platform
import Projects
import Translation

/// What a stream's job has written so far, put in place bit by bit: it is never at its end.
///
/// Files count on from those that are there already: `prefix[-start-end]-00000[suffix]`. A file appears whole, once the
/// checkpoint is complete that it belongs to.
public struct StreamPublication: Sendable {
    private let staging: StagingFolder
    /// The number of the next file, by what the name begins with.
    private var numbers: [String: Int] = [:]
    /// All that was put in place.
    public private(set) var files: [String] = []

    public init(_ staging: StagingFolder) {
        self.staging = staging
    }

    /// Puts in place what is complete by now.
    public mutating func publish() throws(Diagnostic) {
        files += try staging.publishReady(&numbers)
    }

    /// Takes the rows that came for this machine since: plans that print them.
    public func returned() throws(Diagnostic) -> [(step: Step, plan: Plan)] {
        try staging.takeRows()
    }
}

extension Publication {
    /// Renames the files that a stream has completed.
    ///
    /// - Parameter numbers: of the next file, by what the name begins with; brought up to date.
    func publishReady(_ numbers: inout [String: Int]) throws(Diagnostic) -> [String] {
        var names: [String] = []
        for move in try ready() {
            let naming = FileNaming(move.write, path: move.write.path)
            var number = numbers[naming.path(window: move.window, shard: 0)] ?? 0
            var name = naming.path(window: move.window, shard: number)
            while isThere(name) {
                number += 1
                name = naming.path(window: move.window, shard: number)
            }
            try rename(Move(from: move.part, to: name, place: move.place, range: move.write.range))
            numbers[naming.path(window: move.window, shard: 0)] = number + 1
            names.append(name)
        }
        return names
    }
}
