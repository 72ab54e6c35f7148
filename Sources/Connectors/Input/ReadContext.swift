import DataModel
import Diagnostics
import Planning
import Platform

/// Makes diagnostics about a read's files: in the message the file and line, in the range the path in the pipeline.
struct ReadContext: Sendable {
    let read: ReadOperation
    /// Where the files are, if not on this machine.
    var objects: RemoteObjects?

    /// An object of the read, or `nil` for a path of this machine.
    func remoteFile(_ path: String) throws(Diagnostic) -> RemoteFile? {
        guard RemotePath.isRemote(path), let objects else { return nil }
        return try objects.file(path)
    }

    /// A problem with a whole file.
    func problem(_ code: DiagnosticCode, _ message: String, hint: String? = nil) -> Diagnostic {
        Diagnostic(code, message, at: read.range, hint: hint)
    }

    /// A problem at a byte of a file, counted after decompression.
    func problem(
        _ code: DiagnosticCode, _ message: String, file: String, offset: Int64, hint: String? = nil
    ) -> Diagnostic {
        problem(code, "\(place(file: file, offset: offset)): \(message)", hint: hint)
    }

    /// `'orders.csv' line 3`
    func place(file: String, offset: Int64) -> String {
        "'\(file)'\(line(of: offset, in: file).map { " line \($0)" } ?? " at byte \(offset)")"
    }

    func unreadable(_ error: SystemError) -> Diagnostic {
        problem(.unreadableData, "\(error)")
    }

    /// The 1-based line of a byte. Lines are counted only now that there is a problem: the file is read again.
    private func line(of offset: Int64, in path: String) -> Int? {
        guard let file = try? InputFile(path, self) else { return nil }
        let room = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 16)
        defer { room.deallocate() }
        var remaining = offset
        var line = 1
        while remaining > 0 {
            guard let count = try? file.read(into: room, count: Int(min(remaining, 1 << 16))), count > 0 else { break }
            for index in 0..<count where room[index] == UInt8(ascii: "\n") { line += 1 }
            remaining -= Int64(count)
        }
        return line
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// A value as a message quotes it: at most 60 bytes, no control characters.
    var excerpt: String {
        let shown = UnsafeBufferPointer(rebasing: self[..<Swift.min(count, 60)])
        let text = String(decoding: shown, as: UTF8.self).unicodeScalars.map { scalar -> Character in
            scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : Character(scalar)
        }
        return String(text) + (count > 60 ? "…" : "")
    }
}
