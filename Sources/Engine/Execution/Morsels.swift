import DataModel

/// Batches that are there already.
struct BatchMorsel: Morsel {
    let batches: [Batch]

    var byteCount: Int { 0 }
    func parse() throws -> Batch {
        batches.count == 1 ? batches[0] : Batch.concatenate(batches, schema: batches.first?.schema ?? .empty)
    }
}

/// A part of a join that the stage hands to the join as it is.
struct RemainderMorsel: Morsel {
    let remainder: JoinOperator.Remainder

    var byteCount: Int { 0 }
    func parse() throws -> Batch { Batch(schema: .empty, columns: [], count: 0) }
}

/// Rows that a worker computes in pieces, such as one partition of an aggregation.
struct ComputedMorsel: Morsel {
    let compute: @Sendable (_ emit: (Batch) throws -> Void) throws -> Void

    init(_ compute: @escaping @Sendable (_ emit: (Batch) throws -> Void) throws -> Void) {
        self.compute = compute
    }

    var byteCount: Int { 0 }
    func parse(_ emit: (Batch) throws -> Void) throws { try compute(emit) }
    func parse() throws -> Batch { try concatenated() }
}

extension Morsel {
    /// All pieces of a morsel that has several.
    func concatenated() throws -> Batch {
        var batches: [Batch] = []
        try parse { batches.append($0) }
        return batches.count == 1 ? batches[0] : Batch.concatenate(batches, schema: batches.first?.schema ?? .empty)
    }
}
