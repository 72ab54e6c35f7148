import DataModel

/// Numbers the distinct keys it sees, from 0 in order of first appearance. Open addressing with linear probing.
final class GroupTable {
    private enum KeyStore {
        case int64(Buffer<Int64>)
        case bytes(offsets: Buffer<Int32>, bytes: Buffer<UInt8>)
    }

    private(set) var count = 0
    /// Each slot: the upper half of the key's hash and the group's number plus one; 0 is empty.
    private var slots: Buffer<UInt64>
    private var mask: Int
    private var keys: KeyStore
    private var hashes = Buffer<UInt64>(capacity: 64)
    /// The group of the null key.
    private var nullGroup: Int32 = -1

    init(form: KeyLayout.Form) {
        slots = Buffer(repeating: 0, count: 128)
        mask = 127
        keys =
            switch form {
            case .int64: .int64(Buffer(capacity: 64))
            case .bytes, .encoded: .bytes(offsets: Buffer([0]), bytes: Buffer(capacity: 1024))
            }
    }

    /// Bytes held.
    var byteCount: Int {
        let keyBytes =
            switch keys {
            case .int64(let keys): keys.capacity * 8
            case .bytes(let offsets, let bytes): offsets.capacity * 4 + bytes.capacity
            }
        return slots.capacity * 8 + hashes.capacity * 8 + keyBytes
    }

    /// Forgets all groups and keeps the memory.
    func removeAll() {
        slots.pointer.update(repeating: 0, count: slots.count)
        count = 0
        hashes.count = 0
        nullGroup = -1
        switch keys {
        case .int64(let keys): keys.count = 0
        case .bytes(let offsets, let bytes):
            offsets.count = 1
            bytes.count = 0
        }
    }

    /// The groups of some rows, new ones where a key is new.
    ///
    /// - Parameter rows: the rows' numbers in `source`; `nil` for all from 0.
    func find(
        _ source: RowKeys, rows: UnsafePointer<Int32>?, count rowCount: Int, into groups: UnsafeMutablePointer<Int32>
    ) {
        growIfNeeded(adding: rowCount)
        switch (keys, source.storage) {
        case (.int64(let stored), .int64(let values)):
            find(source, rows, rowCount, groups) { group, row in
                stored.pointer[group] == values.pointer[row]
            } insert: { row in
                stored.append(row < 0 ? 0 : values.pointer[row])
            }
        case (.bytes(let offsets, let bytes), .bytes(let strings)):
            let keys = StringBuffer(offsets: offsets, bytes: bytes)
            find(source, rows, rowCount, groups) { group, row in
                Self.areEqual(keys, group, strings, row)
            } insert: { row in
                if row >= 0 {
                    let text = strings[row]
                    if let base = text.baseAddress { bytes.append(base, count: text.count) }
                }
                offsets.append(Int32(truncatingIfNeeded: bytes.count))
            }
        default: break
        }
    }

    /// The groups of all rows without adding any; -1 where the key is new or null.
    func lookUp(_ source: RowKeys, count rowCount: Int, into groups: UnsafeMutablePointer<Int32>) {
        switch (keys, source.storage) {
        case (.int64(let stored), .int64(let values)):
            lookUp(source, rowCount, groups) { group, row in stored.pointer[group] == values.pointer[row] }
        case (.bytes(let offsets, let bytes), .bytes(let strings)):
            let keys = StringBuffer(offsets: offsets, bytes: bytes)
            lookUp(source, rowCount, groups) { group, row in
                Self.areEqual(keys, group, strings, row)
            }
        default: groups.update(repeating: -1, count: rowCount)
        }
    }

    @inline(__always)
    private func lookUp(
        _ source: RowKeys, _ rowCount: Int, _ groups: UnsafeMutablePointer<Int32>,
        matches: (_ group: Int, _ row: Int) -> Bool
    ) {
        let slots = slots.pointer
        for row in 0..<rowCount {
            groups[row] = -1
            if let validity = source.validity, validity.pointer[row] == 0 { continue }
            let hash = source.hashes.pointer[row]
            let tag = hash & 0xFFFF_FFFF_0000_0000
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 {
                let entry = slots[slot]
                if entry & 0xFFFF_FFFF_0000_0000 == tag {
                    let group = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
                    if matches(group, row) {
                        groups[row] = Int32(truncatingIfNeeded: group)
                        break
                    }
                }
                slot = (slot + 1) & mask
            }
        }
    }

    /// Whether a stored key is the key of a row.
    @inline(__always)
    private static func areEqual(_ keys: StringBuffer, _ group: Int, _ strings: StringBuffer, _ row: Int) -> Bool {
        let start = Int(keys.offsets.pointer[group])
        let length = Int(keys.offsets.pointer[group + 1]) - start
        let otherStart = Int(strings.offsets.pointer[row])
        guard Int(strings.offsets.pointer[row + 1]) - otherStart == length else { return false }
        return areEqual(keys.bytes.pointer + start, strings.bytes.pointer + otherStart, length)
    }

    @inline(__always)
    private static func areEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let left = UnsafeRawPointer(left)
        let right = UnsafeRawPointer(right)
        var offset = 0
        while offset + 8 <= count {
            let a = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let b = right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if a != b { return false }
            offset += 8
        }
        while offset < count {
            if left.load(fromByteOffset: offset, as: UInt8.self) != right.load(fromByteOffset: offset, as: UInt8.self) {
                return false
            }
            offset += 1
        }
        return true
    }

    /// `insert` gets the row of a new key, or -1 for the null key.
    @inline(__always)
    private func find(
        _ source: RowKeys, _ rows: UnsafePointer<Int32>?, _ rowCount: Int, _ groups: UnsafeMutablePointer<Int32>,
        matches: (_ group: Int, _ row: Int) -> Bool, insert: (_ row: Int) -> Void
    ) {
        let slots = slots.pointer
        let mask = mask
        let sourceHashes = source.hashes.pointer
        for index in 0..<rowCount {
            let row = rows.map { Int($0[index]) } ?? index
            if let validity = source.validity, validity.pointer[row] == 0 {
                if nullGroup < 0 {
                    nullGroup = Int32(truncatingIfNeeded: count)
                    insert(-1)
                    hashes.append(Hashing.null)
                    count += 1
                }
                groups[index] = nullGroup
                continue
            }
            let hash = sourceHashes[row]
            let tag = hash & 0xFFFF_FFFF_0000_0000
            var slot = Int(truncatingIfNeeded: hash) & mask
            while true {
                let entry = slots[slot]
                if entry == 0 {
                    slots[slot] = tag | UInt64(truncatingIfNeeded: count + 1)
                    groups[index] = Int32(truncatingIfNeeded: count)
                    insert(row)
                    hashes.append(hash)
                    count += 1
                    break
                }
                if entry & 0xFFFF_FFFF_0000_0000 == tag {
                    let group = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) - 1
                    if matches(group, row) {
                        groups[index] = Int32(truncatingIfNeeded: group)
                        break
                    }
                }
                slot = (slot + 1) & mask
            }
        }
    }

    /// Makes sure that there is an empty slot however many of the rows bring a new key, and that probes stay short.
    private func growIfNeeded(adding: Int) {
        let required = max(count * 2, (count + adding) * 9 / 8 + 1)
        guard required > slots.count else { return }
        var capacity = slots.count
        while capacity < required { capacity *= 2 }
        let grown = Buffer<UInt64>(repeating: 0, count: capacity)
        let newMask = capacity - 1
        for group in 0..<count where Int32(truncatingIfNeeded: group) != nullGroup {
            let hash = hashes.pointer[group]
            var slot = Int(truncatingIfNeeded: hash) & newMask
            while grown.pointer[slot] != 0 { slot = (slot + 1) & newMask }
            grown.pointer[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: group + 1)
        }
        slots = grown
        mask = newMask
    }

    /// The keys of all groups in order. The buffers are the table's own: take a copy if the table lives on.
    func allKeys() -> RowKeys {
        var validity: Buffer<UInt8>?
        if nullGroup >= 0 {
            validity = Buffer(repeating: 1, count: count)
            validity?[Int(nullGroup)] = 0
        }
        let storage: RowKeys.Storage =
            switch keys {
            case .int64(let keys): .int64(keys)
            case .bytes(let offsets, let bytes): .bytes(StringBuffer(offsets: offsets, bytes: bytes))
            }
        return RowKeys(count: count, storage: storage, validity: validity, hashes: hashes)
    }

    /// Gives away all groups: the table starts afresh, with buffers of its own.
    func takeKeys() -> RowKeys {
        let taken = allKeys()
        keys =
            switch keys {
            case .int64: .int64(Buffer(capacity: 64))
            case .bytes: .bytes(offsets: Buffer([0]), bytes: Buffer(capacity: 1024))
            }
        hashes = Buffer(capacity: 64)
        slots.pointer.update(repeating: 0, count: slots.count)
        count = 0
        nullGroup = -1
        return taken
    }
}
