import Platform

/// What a Spark driver prints, and the cause of a failure in it.
struct SparkLog {
    /// Frames and warnings of a long job must not fill our memory.
    private static let keptBytes = 8 << 20

    private(set) var text = ""
    private let onLine: (String) -> Void
    private var partial: [UInt8] = []

    init(onLine: @escaping (String) -> Void) {
        self.onLine = onLine
    }

    /// Reads until the process has ended.
    mutating func follow(_ process: ChildProcess) -> ChildProcess.Ending? {
        withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 16) { room in
            guard let start = room.baseAddress else { return }
            while true {
                let transfer = (try? process.log.read(into: start, count: room.count)) ?? .ended
                switch transfer {
                case .bytes(let count): add(UnsafeRawBufferPointer(rebasing: room[..<count]))
                case .ended: return
                default:
                    // What the driver has started may hold the pipe open when it is gone itself.
                    if process.ending != nil { return }
                    PipeEnd.wait(reading: [process.log], milliseconds: 100)
                }
            }
        }
        if !partial.isEmpty { emit() }
        return process.wait(milliseconds: 10_000)
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") { emit() } else { partial.append(byte) }
        }
    }

    private mutating func emit() {
        add(String(decoding: partial, as: UTF8.self))
        partial.removeAll(keepingCapacity: true)
    }

    mutating func add(_ line: String) {
        if text.utf8.count < Self.keptBytes { text += line + "\n" }
        onLine(line)
    }

    /// Packages whose exceptions say that there was another.
    private static let wrappers = ["pyspark.", "py4j.", "org.", "java.", "scala.", "com.", "io."]

    /// The innermost exception, without its frames.
    ///
    /// A Python traceback's last line is an exception of PySpark's that repeats the Java trace; where a worker's Python
    /// failed, its own traceback stands inside.
    var cause: String? {
        let lines = text.split(separator: "\n").map(String.init)
        let python = lines.last { line in
            let name = line.prefix { $0 != ":" }
            return line.contains(": ") && !name.contains(" ") && !Self.wrappers.contains { name.hasPrefix($0) }
                && ["Error", "Exception"].contains { name.hasSuffix($0) }
        }.map { line in
            // Of ours, which say all in words.
            line.hasPrefix("beamstack_worker.")
                ? line.firstRange(of: ": ").map { String(line[$0.upperBound...]) } ?? line : line
        }
        let java = lines.last { $0.contains("Caused by: ") }.map { line in
            line.firstRange(of: "Caused by: ").map { String(line[$0.upperBound...]) } ?? line
        }
        let captured = lines.last { $0.hasPrefix("pyspark.errors.exceptions") }
            .flatMap { line in line.firstRange(of: ": ").map { String(line[$0.upperBound...]) } }
        guard let message = python ?? captured ?? java else { return nil }
        // Spark's own hints on settings do not concern the pipeline.
        let end = message.firstRange(of: " SQLSTATE")?.lowerBound ?? message.endIndex
        return String(message[..<end])
    }

    /// The line of `pipeline.py` that failed.
    var failedLine: Int? {
        let marker = "pipeline.py\", line "
        let places = text.split(separator: "\n").compactMap { line -> Int? in
            guard let range = line.firstRange(of: marker), !line.hasSuffix("<module>") else { return nil }
            return Int(line[range.upperBound...].prefix { $0.isNumber })
        }
        return places.first { $0 > 0 }
    }
}
