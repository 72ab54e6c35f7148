import Platform

/// A file in the making under a hidden name beside its own.
final class OutputFile {
    let temporaryPath: String
    let finalPath: String
    private(set) var bytesWritten: Int64 = 0
    private var file: OpenFile?
    private var compressor: (any Compressor)?
    /// Small pieces wait here, so that a window with few rows does not cost a system call each.
    private var pending: [UInt8] = []
    private static let pendingLimit = 1 << 18

    /// - Parameter folder: takes the file in the making, where its own place is in an object store.
    init(finalPath: String, compression: CompressionFormat?, folder: String? = nil) throws(SystemError) {
        self.finalPath = finalPath
        let place = folder.map { Path.join($0, Path.name(of: finalPath)) } ?? finalPath
        temporaryPath = TemporaryName.beside(place)
        if let compression {
            guard let made = compression.compressor() else {
                throw SystemError(code: 12, operation: "find memory to compress", path: finalPath)
            }
            compressor = made
        }
        try FileSystem.createDirectories(Path.directory(of: place))
        file = try OpenFile(temporaryPath, .createNew)
    }

    var isOpen: Bool { file != nil }

    func write(_ bytes: UnsafeBufferPointer<UInt8>) throws(SystemError) {
        if let compressor {
            try compressor.compress(bytes, isLast: false) { (piece) throws(SystemError) in try self.put(piece) }
        } else {
            try put(bytes)
        }
    }

    private func put(_ bytes: UnsafeBufferPointer<UInt8>) throws(SystemError) {
        bytesWritten += Int64(bytes.count)
        if pending.isEmpty, bytes.count >= 1 << 16 { return try send(bytes) }
        pending.append(contentsOf: bytes)
        if pending.count >= Self.pendingLimit { try flush() }
    }

    private func flush() throws(SystemError) {
        if pending.isEmpty { return }
        let content = pending
        pending.removeAll(keepingCapacity: true)
        try content.withUnsafeBufferPointer { (bytes) throws(SystemError) in try send(bytes) }
    }

    private func send(_ bytes: UnsafeBufferPointer<UInt8>) throws(SystemError) {
        let file: OpenFile
        if let open = self.file { file = open } else { file = try OpenFile(temporaryPath, .append) }
        self.file = file
        try file.write(UnsafeRawBufferPointer(bytes))
    }

    /// Gives the descriptor back for a while: there may be more windows than files that may be open.
    func rest() throws(SystemError) {
        try flush()
        file = nil
        pending = []
    }

    func finish() throws(SystemError) {
        if let compressor {
            try compressor.compress(UnsafeBufferPointer(start: nil, count: 0), isLast: true) {
                (piece) throws(SystemError) in try self.put(piece)
            }
        }
        try rest()
    }
}
