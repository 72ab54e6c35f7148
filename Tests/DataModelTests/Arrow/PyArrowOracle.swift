import Foundation
import Testing

/// Asks the real pyarrow, in the environment that `scripts/test-worker-programs.sh` makes.
enum PyArrowOracle {
    struct OracleError: Error {
        let message: String
    }

    /// `BEAMSTACK_TEST_PYARROW`, or the interpreter of that environment.
    static let python: String? = {
        if let path = ProcessInfo.processInfo.environment["BEAMSTACK_TEST_PYARROW"] { return path }
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appendingPathComponent(".build/worker-tests/bin/python").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    /// Runs a program with streams as input and gives the streams that it writes.
    static func run(_ program: String, _ streams: [[UInt8]]) throws -> [[UInt8]] {
        guard let python else { throw OracleError(message: "there is no pyarrow") }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("arrow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var input = Data()
        for stream in streams {
            withUnsafeBytes(of: UInt64(stream.count).littleEndian) { input.append(contentsOf: $0) }
            input.append(contentsOf: stream)
        }
        let paths = ["in", "out", "program.py"].map { folder.appendingPathComponent($0) }
        try input.write(to: paths[0])
        try Data((prelude + program).utf8).write(to: paths[2])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [paths[2].path, paths[0].path, paths[1].path]
        let errors = folder.appendingPathComponent("errors")
        try Data().write(to: errors)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw OracleError(message: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        }
        var output = try Data(contentsOf: paths[1])[...]
        var results: [[UInt8]] = []
        while !output.isEmpty {
            let size = output.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            output = output.dropFirst(8)
            results.append(Array(output.prefix(size)))
            output = output.dropFirst(size)
        }
        return results
    }

    private static let prelude = """
        import io, struct, sys
        import pyarrow as pa

        def streams():
            data = open(sys.argv[1], 'rb').read()
            at = 0
            while at < len(data):
                size = struct.unpack_from('<Q', data, at)[0]
                yield data[at + 8:at + 8 + size]
                at += 8 + size

        out = open(sys.argv[2], 'wb')

        def give(data):
            out.write(struct.pack('<Q', len(data)) + data)

        def stream(schema, batches):
            sink = io.BytesIO()
            with pa.ipc.new_stream(sink, schema) as writer:
                for batch in batches:
                    writer.write_batch(batch)
            return sink.getvalue()

        """
}
