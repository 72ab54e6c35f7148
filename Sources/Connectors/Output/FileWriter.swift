import DataModel
import Diagnostics
import Engine
import Planning
import Platform
import Workers

/// Writes rows into files that get their names when all are complete.
final class FileWriter: RecordWriter, @unchecked Sendable {  // all but `encode`, which changes nothing, is serialised
    private struct Piece: EncodedPiece {
        let parts: [(window: FileNaming.Window?, shard: Int, bytes: Buffer<UInt8>)]
        var byteCount: Int { parts.reduce(0) { $0 + $1.bytes.count } }
    }

    private struct Key: Hashable {
        let window: FileNaming.Window?
        let shard: Int
    }

    private static let maximumOpenFiles = 128
    private let write: WriteOperation
    private let windowing: Windowing
    private let naming: FileNaming
    private let encoder: any RowEncoder
    private let compression: CompressionFormat?
    private let uploads: RemoteUploads?
    private var files: [Key: OutputFile] = [:]
    private var order: [Key] = []
    private var openCount = 0

    init(
        _ write: WriteOperation, path: String, encoder: any RowEncoder, windowing: Windowing,
        uploads: RemoteUploads? = nil
    ) {
        self.write = write
        self.windowing = windowing
        self.encoder = encoder
        naming = FileNaming(write, path: path)
        self.uploads = uploads
        compression =
            switch write.compression {
            case .automatic: CompressionFormat(name: path + write.fileNameSuffix)
            case .uncompressed: nil
            case .gzip: .gzip
            }
    }

    func encode(_ batch: Batch) throws -> any EncodedPiece {
        var parts: [(window: FileNaming.Window?, shard: Int, bytes: Buffer<UInt8>)] = []
        for (window, rows) in WindowedRows.split(batch, by: windowing) {
            for shard in 0..<naming.shardCount {
                let range =
                    (rows.count * shard / naming.shardCount)..<(rows.count * (shard + 1) / naming.shardCount)
                if range.isEmpty { continue }
                let bytes = Buffer<UInt8>(capacity: range.count * 32)
                do {
                    try encoder.encode(rows, rows: range, to: bytes)
                } catch let error as EncodingProblem {
                    throw Diagnostic(.unwritableFile, error.message, at: write.range, hint: error.hint)
                }
                parts.append((window, shard, bytes))
            }
        }
        return Piece(parts: parts)
    }

    func write(_ piece: any EncodedPiece) throws(Diagnostic) {
        guard let piece = piece as? Piece else { return }
        for part in piece.parts {
            let file = try file(for: Key(window: part.window, shard: part.shard))
            do throws(SystemError) {
                let wasOpen = file.isOpen
                try file.write(part.bytes.elements)
                if file.isOpen, !wasOpen { openCount += 1 }
            } catch {
                throw unwritable(error)
            }
        }
    }

    private func file(for key: Key) throws(Diagnostic) -> OutputFile {
        if let file = files[key] { return file }
        do throws(SystemError) {
            if openCount >= Self.maximumOpenFiles {
                for file in files.values { try file.rest() }
                openCount = 0
            }
            let file = try OutputFile(
                finalPath: naming.path(window: key.window, shard: key.shard), compression: compression,
                folder: uploads?.folder)
            files[key] = file
            order.append(key)
            openCount += 1
            try encoder.preamble.withUnsafeBufferPointer { (bytes) throws(SystemError) in try file.write(bytes) }
            return file
        } catch {
            throw unwritable(error)
        }
    }

    func prepare() throws(Diagnostic) -> Int64 {
        // A window that has a file has all its shards, and an empty collection has empty files.
        let windows: [FileNaming.Window?] = order.isEmpty && windowing == .global ? [nil] : order.map(\.window)
        for window in windows {
            for shard in 0..<naming.shardCount { _ = try file(for: Key(window: window, shard: shard)) }
        }
        var total: Int64 = 0
        do throws(SystemError) {
            for key in order {
                guard let file = files[key] else { continue }
                try encoder.postamble.withUnsafeBufferPointer { (bytes) throws(SystemError) in try file.write(bytes) }
                try file.finish()
                total += file.bytesWritten
            }
        } catch {
            throw unwritable(error)
        }
        if let uploads {
            for key in order {
                guard let file = files[key] else { continue }
                try uploads.send(file.temporaryPath, as: file.finalPath)
                try? FileSystem.remove(file.temporaryPath)
            }
            try uploads.prepare()
        }
        return total
    }

    func commit() throws(Diagnostic) -> [String] {
        if let uploads { return try uploads.commit() }
        var paths: [String] = []
        for file in order.compactMap({ files[$0] }) {
            do throws(SystemError) {
                try FileSystem.rename(file.temporaryPath, to: file.finalPath)
            } catch {
                throw unwritable(error)
            }
            paths.append(file.finalPath)
        }
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func abandon() {
        uploads?.abort()
        for file in files.values { try? FileSystem.remove(file.temporaryPath) }
        files = [:]
        order = []
    }

    private func unwritable(_ error: SystemError) -> Diagnostic {
        Diagnostic(.unwritableFile, "\(error)", at: write.range)
    }
}

/// Rows that a format has no form for.
struct EncodingProblem: Error {
    let message: String
    let hint: String?
}
