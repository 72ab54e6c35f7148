import DataModel
import Planning

/// Folds the rows of one morsel into groups before they meet those of other morsels. One a worker.
final class MorselAggregator {
    /// Rows looked at to tell whether keys repeat enough for folding to pay.
    private static let sampleSize = 2048

    private let table: GroupTable
    private let accumulators: [Accumulator]
    private let groups = Buffer<Int32>()

    init(layout: KeyLayout, accumulators: [Accumulator]) {
        table = GroupTable(form: layout.form)
        self.accumulators = accumulators
    }

    /// The rows' keys and values as partial groups: folded where keys repeat, else a group a row.
    ///
    /// Which of the two follows from the rows alone, so that results do not depend on workers.
    func aggregate(keys: RowKeys, values: [Column], partitionBits: Int) throws -> PartialGroups {
        groups.reserve(keys.count)
        table.removeAll()
        let sample = min(keys.count, Self.sampleSize)
        table.find(keys, rows: nil, count: sample, into: groups.pointer)
        if sample == Self.sampleSize, table.count > Self.sampleSize * 3 / 4 {
            let states = try zip(accumulators, values).map { try $0.states(ofRows: $1) }
            return PartialGroups(keys: keys, states: states, partitionBits: partitionBits)
        }
        table.removeAll()
        table.find(keys, rows: nil, count: keys.count, into: groups.pointer)
        for (accumulator, column) in zip(accumulators, values) {
            accumulator.removeAll()
            accumulator.grow(to: table.count)
            try accumulator.update(column, groups: groups.pointer)
        }
        return PartialGroups(
            keys: table.takeKeys(), states: accumulators.map { $0.states() }, partitionBits: partitionBits)
    }
}
