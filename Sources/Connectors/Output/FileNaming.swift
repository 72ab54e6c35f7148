import DataModel
public import Planning
import Platform

/// The names of a write's files, as Beam gives them: `prefix[-start-end]-00000-of-00001[suffix]`.
public struct FileNaming: Sendable {
    let prefix: String
    let suffix: String
    let template: String
    let shardCount: Int

    /// - Parameters:
    ///   - path: where the write's prefix is on this machine.
    ///   - shardCount: how many files there are, where that is not the pipeline's to say.
    public init(_ write: WriteOperation, path: String, shardCount: Int? = nil) {
        // A directory alone gives no name: files would begin with a dash.
        prefix = path.utf8.last == Path.slash ? path + "part" : path
        suffix = write.fileNameSuffix
        template = write.shardNameTemplate ?? "-SSSSS-of-NNNNN"
        self.shardCount = max(1, shardCount ?? write.shardCount)
    }

    /// The name of a file; of a write without windows where `window` is `nil`.
    public func path(window: Window?, shard: Int) -> String {
        prefix + (window.map { "-\($0.label)" } ?? "") + Self.fill(template, shard: shard, of: shardCount) + suffix
    }

    /// Replaces runs of `S` by the shard and of `N` by their number, with as many digits.
    private static func fill(_ template: String, shard: Int, of count: Int) -> String {
        var filled = ""
        var rest = Substring(template)
        while let letter = rest.first {
            let run = rest.prefix { $0 == letter }
            rest = rest.dropFirst(run.count)
            if letter == "S" || letter == "N" {
                let digits = String(letter == "S" ? shard : count)
                filled += String(repeating: "0", count: max(0, run.count - digits.utf8.count)) + digits
            } else {
                filled += run
            }
        }
        return filled
    }
}

extension FileNaming {
    /// A window that a file holds the rows of, in microseconds.
    public struct Window: Hashable, Sendable {
        let start: Int64
        let end: Int64

        public init(start: Int64, end: Int64) {
            self.start = start
            self.end = end
        }

        /// `1970-01-01T00:00:00-1970-01-01T00:01:00`
        var label: String {
            let out = Buffer<UInt8>(capacity: 64)
            Calendar.appendMoment(microseconds: start, to: out)
            out.append(ascii: "-")
            Calendar.appendMoment(microseconds: end, to: out)
            return String(decoding: out.elements, as: UTF8.self)
        }
    }
}
