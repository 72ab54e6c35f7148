import DataModel

/// Groups of one morsel with their partial states, split by the hash of the key.
struct PartialGroups: Sendable {
    let keys: RowKeys
    /// For each aggregation the columns of its states, a row a group.
    let states: [[Column]]
    /// The groups of each partition end to end: partition p has those from `bounds[p]` to `bounds[p + 1]`.
    let order: Buffer<Int32>
    let bounds: [Int]
    /// Event times, for sessions only.
    let timestamps: Buffer<Int64>?

    /// Sorts the groups into partitions; within one they keep their order.
    init(keys: RowKeys, states: [[Column]], partitionBits: Int, timestamps: Buffer<Int64>? = nil) {
        self.keys = keys
        self.states = states
        self.timestamps = timestamps
        let shift = UInt64(64 - partitionBits)
        var counts = [Int](repeating: 0, count: 1 << partitionBits)
        let hashes = keys.hashes.pointer
        for row in 0..<keys.count { counts[Int(truncatingIfNeeded: hashes[row] >> shift)] += 1 }
        var bounds = [0]
        bounds.reserveCapacity(counts.count + 1)
        for count in counts { bounds.append((bounds.last ?? 0) + count) }
        var next = bounds
        let order = Buffer<Int32>(uninitializedCount: keys.count)
        for row in 0..<keys.count {
            let partition = Int(truncatingIfNeeded: hashes[row] >> shift)
            order.pointer[next[partition]] = Int32(truncatingIfNeeded: row)
            next[partition] += 1
        }
        self.order = order
        self.bounds = bounds
    }
}
