import DataModel
import Diagnostics
import Foundation
import Planning
import Platform
import Synchronization

@testable import Workers

/// A worker package of the tests' own, which speaks the protocol and misbehaves as it is told.
enum Fixtures {
    /// Behaviours, by the task's name; all of them echo what they get unless they say otherwise.
    private static let program = """
        import json, os, signal, struct, sys, time, ctypes

        def read(count):
            data = b''
            while len(data) < count:
                part = os.read(3, count - len(data))
                if not part: os._exit(0)
                data += part
            return data

        def send(header, *bodies):
            header['bodies'] = [len(body) for body in bodies]
            text = json.dumps(header).encode()
            data = struct.pack('<IQ', len(text), sum(header['bodies'])) + text + b''.join(bodies)
            while data: data = data[os.write(4, data):]

        tasks, schemas, last = {}, {}, b''
        send({'hello': {'python': '%d.%d.%d' % sys.version_info[:3], 'protocol': 1}})
        while True:
            length, size = struct.unpack('<IQ', read(12))
            request = json.loads(read(length))
            body, op, number = read(size), request['op'], request['task']
            if op == 'open':
                tasks[number], schemas[number] = request, body
                if request['name'] == 'test.refuses':
                    send({'error': {'code': 'invalid-configuration', 'message': 'no such colour',
                                    'path': ['colour', 'name'], 'hint': 'say red', 'notes': ['a note']}})
                    continue
                if request['name'] == 'test.raises':
                    send({'error': {
                        'code': 'worker-failed', 'type': 'ValueError', 'message': 'bad', 'trace': 'line 1'}})
                    continue
                send({'ok': True, 'mode': 'elementwise', 'wantsTime': request['name'] == 'test.time',
                      'outputs': [{'name': 'output', 'extendsInput': False}],
                      'needs': [request['config'].get('needs')]}, body)
                continue
            name, config = tasks[number]['name'], tasks[number]['config']
            first = config.get('marker')
            misbehaves = op in ('process', 'write', 'read')
            if misbehaves and first:
                misbehaves = not os.path.exists(first)
                open(first, 'w').close()
            if misbehaves:
                if name == 'test.exits': print('the last words', flush=True); os._exit(7)
                if name == 'test.killed': os.kill(os.getpid(), signal.SIGKILL)
                if name == 'test.faults': ctypes.string_at(0)
                if name == 'test.hangs': time.sleep(1000)
                if name == 'test.garbage': os.write(4, b'Traceback (most recent call last):' * 10); time.sleep(1000)
                if name == 'test.header': os.write(4, struct.pack('<IQ', 12, 0) + b'not an objec')
                if name == 'test.lengths':
                    text = b'{"ok": true, "present": [true], "bodies": [5]}'
                    os.write(4, struct.pack('<IQ', len(text), 0) + text)
                    continue
                if name == 'test.child':
                    if os.fork() == 0:
                        time.sleep(1000)
                    os._exit(3)
            if name == 'test.prints' and op == 'process':
                for index in range(config['lines']): print('line', index)
                sys.stderr.write('an error without an end'); sys.stderr.flush()
            if op == 'process':
                last = body
                send({'ok': True, 'present': [True], 'rows': [False], 'failures': [
                    {'row': 1, 'type': 'KeyError', 'message': 'x', 'trace': 't', 'function': 0}
                ] if name == 'test.fails' else []}, body)
            elif op == 'partitions':
                send({'ok': True, 'partitions': [{'n': n, 'bytes': 8} for n in range(3)]})
            elif op == 'read':
                for _ in range(request['partition']['n'] + 1): send({'ok': True, 'more': True}, last)
                send({'ok': True, 'more': False})
            elif op == 'prepare': send({'ok': True, 'bytes': 5})
            elif op == 'commit': send({'ok': True, 'written': ['a', 'b']})
            else: send({'ok': True})
        """

    static let package: String = {
        let folder = temporaryFolder("package")
        try? FileSystem.createDirectories(folder + "/beamstack_worker")
        try? OpenFile.write(Array("".utf8), to: folder + "/beamstack_worker/__init__.py")
        try? OpenFile.write(Array(program.utf8), to: folder + "/beamstack_worker/__main__.py")
        return folder
    }()

    static func temporaryFolder(_ name: String) -> String {
        let folder = NSTemporaryDirectory() + "/beamstack-workers-\(name)-\(UUID().uuidString)"
        try? FileSystem.createDirectories(folder)
        return folder
    }

    static func pool(_ log: Log = Log(), cache: String? = nil, installs: Bool = true) -> WorkerPool {
        var options = WorkerOptions(
            cache: cache ?? temporaryFolder("cache"), installs: installs, log: { log.add($0, $1) })
        options.package = package
        return WorkerPool(options)
    }

    static let step = WorkerStep(name: "Step", range: nil)
    static let schema = Schema([Field("id", .int64), Field("name", .string.nullable)])

    static func task(
        _ name: String, _ configuration: JSONText = [:], kind: WorkerTask.Kind = .transform,
        requirements: [String] = [], places: [WorkerTask.Place] = [], limits: WorkerLimits = WorkerLimits()
    ) -> WorkerTask {
        WorkerTask(
            "test.\(name)", kind: kind, configuration: configuration, requirements: requirements, places: places,
            limits: limits)
    }

    static func batch(_ count: Int) -> Batch {
        Batch(
            schema: schema,
            columns: [
                Column((0..<count).map { Value.int(Int64($0)) }, type: .int64),
                Column((0..<count).map { $0 % 3 == 0 ? Value.null : .string("n\($0)") }, type: .string.nullable),
            ], count: count)
    }

    /// The rows as text, to compare.
    static func text(_ batch: Batch?) -> [String] {
        guard let batch else { return [] }
        return (0..<batch.count).map { row in
            let out = Buffer<UInt8>()
            JSONWriter.compact.appendRow(batch.columns, names: batch.schema.names, row: row, to: out)
            return String(decoding: out.elements, as: UTF8.self)
        }
    }

    /// The descriptors that this process has open, where the system tells.
    static var descriptorCount: Int? {
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
}

/// Lines of a run's log.
final class Log: Sendable {
    private let content = Mutex<[(step: String?, line: String)]>([])

    func add(_ step: String?, _ line: String) { content.withLock { $0.append((step, line)) } }
    var lines: [String] { content.withLock { $0.map(\.line) } }
    var steps: [String?] { content.withLock { $0.map(\.step) } }
}

/// The diagnostic that an action ends with, or `nil`.
func problem(_ body: () throws -> Void) -> Diagnostic? {
    do { try body() } catch { return error as? Diagnostic }
    return nil
}
