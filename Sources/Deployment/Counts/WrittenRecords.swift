import Planning
import Platform
import Translation

/// The records of an output that an engine has written and keeps no count of.
struct WrittenRecords {
    /// `nil` where the files do not tell: a text may have several lines, a compressed file is not looked into.
    private(set) var records: Int? = 0
    private(set) var bytes = 0

    /// - Returns: `nil` where the files cannot be read.
    init?(_ output: EngineProgram.Output, in staging: StagingFolder) {
        let folder = Path.join(staging.path, output.folder)
        let form = Self.form(of: output)
        do throws(SystemError) {
            for part in try Publication.allParts(in: folder) {
                let file = try OpenFile(part)
                bytes += Int(try file.status().sizeInBytes)
                guard let form else { continue }
                var count = try Self.lines(of: file, isQuoted: form.isQuoted)
                if form.hasHeader, count > 0 { count -= 1 }
                records = records.map { $0 + count }
            }
        } catch {
            return nil
        }
        if form == nil, bytes > 0 { records = nil }
    }

    private struct Form {
        var isQuoted = false
        var hasHeader = false
    }

    private static func form(of output: EngineProgram.Output) -> Form? {
        guard case .files(let write, _) = output.purpose else { return Form() }
        let name = write.path + write.fileNameSuffix
        guard write.compression == .uncompressed || write.compression == .automatic && !name.hasSuffix(".gz") else {
            return nil
        }
        return switch write.format {
        case .csv(let options): Form(isQuoted: true, hasHeader: options.hasHeader)
        case .json: Form()
        case .text, .tfrecord: nil
        }
    }

    /// The ends of lines, but for those between quotes.
    private static func lines(of file: OpenFile, isQuoted: Bool) throws(SystemError) -> Int {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { room.deallocate() }
        var lines = 0
        var isInQuotes = false
        while let start = room.baseAddress {
            let count = try file.read(into: start, count: room.count)
            if count == 0 { return lines }
            for byte in room[..<count] {
                if byte == UInt8(ascii: "\n") {
                    if !isInQuotes { lines += 1 }
                } else if isQuoted, byte == UInt8(ascii: "\"") {
                    isInQuotes.toggle()
                }
            }
        }
        return lines
    }
}
