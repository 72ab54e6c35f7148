import DataModel
import Planning

/// Both sides of a join on disk, cut by the hash of the key, for a build side that memory does not hold.
///
/// Each part of the build side is then matched with the same part of the rows from the left.
final class JoinSpill {
    static let partitionBits = 5

    private let build: [RowFile]
    private let probe: [RowFile]

    init(directory: String) throws {
        build = try (0..<(1 << Self.partitionBits)).map { _ in try RowFile(directory: directory) }
        probe = try (0..<(1 << Self.partitionBits)).map { _ in try RowFile(directory: directory) }
    }

    func appendBuild(_ columns: [Column], keys: RowKeys) throws { try append(columns, keys: keys, to: build) }
    func appendProbe(_ columns: [Column], keys: RowKeys) throws { try append(columns, keys: keys, to: probe) }

    private func append(_ columns: [Column], keys: RowKeys, to files: [RowFile]) throws {
        let parts = PartialGroups(keys: keys, states: [], partitionBits: Self.partitionBits)
        for (index, file) in files.enumerated() {
            let range = parts.bounds[index]..<parts.bounds[index + 1]
            try file.append(columns, rows: UnsafeBufferPointer(rebasing: parts.order.elements[range]))
        }
        withExtendedLifetime(parts) {}
    }

    var partitionCount: Int { build.count }

    func readBuild(_ partition: Int, types: [FieldType], _ handle: ([Column], Int) throws -> Void) throws {
        try build[partition].read(types: types, handle)
    }

    func readProbe(_ partition: Int, types: [FieldType], _ handle: ([Column], Int) throws -> Void) throws {
        try probe[partition].read(types: types, handle)
    }
}
