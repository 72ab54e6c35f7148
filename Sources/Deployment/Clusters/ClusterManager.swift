public import Diagnostics
import Platform
import Translation
public import Workers

/// Makes, changes and removes clusters on this machine.
public struct ClusterManager: Sendable {
    public let store: ClusterStore
    let cache: String
    /// The program and its first arguments that supervise the cluster whose folder comes last.
    let supervisorCommand: [String]
    let log: @Sendable (String) -> Void
    let isCancelled: @Sendable () -> Bool

    /// - Parameter supervisorCommand: leads to `ClusterSupervisor.run`; the folder is its last argument.
    public init(
        store: ClusterStore = ClusterStore(), cache: String = CacheFolder.standard, supervisorCommand: [String],
        log: @escaping @Sendable (String) -> Void = { _ in }, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.store = store
        self.cache = cache
        self.supervisorCommand = supervisorCommand
        self.log = log
        self.isCancelled = isCancelled
    }

    /// Makes a cluster, or brings back one of that name that is down, and waits until it takes jobs.
    ///
    /// What does not become ready is removed again.
    ///
    /// - Parameter installation: gives the engine to use; asked only when all else is in order.
    public func create(
        _ request: ClusterRequest, installation: () throws(Diagnostic) -> EngineInstallation
    ) throws(Diagnostic) -> ClusterRecord {
        if let problem = ClusterStore.problem(withName: request.name) {
            throw Diagnostic(.invalidCluster, "'\(request.name)' \(problem)", at: nil)
        }
        if let existing = store.find(request.name) { return try revive(existing, request, installation) }
        let size = try request.size()
        let java = try JavaRuntime.find(for: request.engine)
        let engine = try installation()
        let record: ClusterRecord
        do {
            let lock = try store.lock()
            defer { withExtendedLifetime(lock) {} }
            guard store.find(request.name) == nil else { throw taken(request.name, by: request.engine) }
            record = try ClusterFolders(cache: cache).exclusively(store.root) { (others) throws(Diagnostic) in
                let record = ClusterRecord(
                    name: request.name, engine: request.engine, version: engine.version, home: engine.home,
                    java: java.path, folder: store.folder(request.name), size: size,
                    ports: try freePorts(request.engine, besides: others), createdAt: WallClock.microseconds,
                    extensions: extensions(request.engine, java), owner: request.owner)
                try write(record, isNew: true)
                return record
            }
        }
        try start(record, removesOnFailure: true)
        return record
    }

    private func extensions(_ engine: TargetEngine, _ java: JavaRuntime) -> [String] {
        engine == .flink ? LoopbackServers.folder(java: java, cache: cache).map { [$0] } ?? [] : []
    }

    private func taken(_ name: String, by engine: TargetEngine) -> Diagnostic {
        Diagnostic(
            .clusterExists, "the name '\(name)' is taken by a cluster of \(engine.title)", at: nil,
            hint: "choose another name, or remove that one with 'beamstack delete \(name)'")
    }

    /// Starts what a cluster that is down was, on the same ports where they are still free.
    private func revive(
        _ existing: ClusterRecord, _ request: ClusterRequest,
        _ installation: () throws(Diagnostic) -> EngineInstallation
    ) throws(Diagnostic) -> ClusterRecord {
        let isRunning = existing.processes.contains(where: \.isAlive)
        guard existing.engine == request.engine, ClusterSupervisor.identity(in: existing.folder) == nil else {
            throw taken(request.name, by: existing.engine)
        }
        let size = try request.size(known: existing.size)
        if isRunning, size.slots != existing.size.slots || size.memoryInBytes != existing.size.memoryInBytes {
            throw taken(request.name, by: existing.engine)
        }
        log("cluster '\(existing.name)' \(isRunning ? "had lost its supervisor" : "was down"), starting it again")
        let java = try JavaRuntime.find(for: request.engine)
        // The one that it was made with may have been removed, or replaced by a later one.
        let engine: EngineInstallation
        if let same = try? EngineInstallation(existing.engine, home: existing.home) {
            engine = same
        } else {
            engine = try installation()
        }
        let record: ClusterRecord
        do {
            let lock = try store.lock()
            defer { withExtendedLifetime(lock) {} }
            let areFree = isRunning || existing.ports.all.allSatisfy { LoopbackPorts.isFree($0) }
            record = try ClusterFolders(cache: cache).exclusively(store.root) { (others) throws(Diagnostic) in
                let record = ClusterRecord(
                    name: existing.name, engine: existing.engine, version: engine.version, home: engine.home,
                    java: java.path, folder: existing.folder, size: size,
                    ports: areFree ? existing.ports : try freePorts(existing.engine, besides: others),
                    createdAt: existing.createdAt, extensions: extensions(existing.engine, java))
                try write(record, isNew: false)
                return record
            }
        }
        try start(record, removesOnFailure: false)
        return record
    }

    /// Ports that nobody listens at and that no other cluster will want.
    private func freePorts(
        _ engine: TargetEngine, besides others: Set<Int>
    ) throws(Diagnostic) -> ClusterPorts {
        var taken = store.all.reduce(into: others) { $0.formUnion($1.ports.all) }
        func next(_ start: Int) throws(Diagnostic) -> Int {
            guard let port = LoopbackPorts.free(from: start, taken: taken) else {
                throw Diagnostic(.clusterFailed, "this machine has no free port from \(start) on", at: nil)
            }
            taken.insert(port)
            return port
        }
        // From the ports on that people know the engines by.
        switch engine {
        case .flink:
            return ClusterPorts(web: try next(8081), rpc: try next(6123), submission: 0, coordination: try next(2181))
        case .spark:
            return ClusterPorts(web: try next(8080), rpc: try next(7077), submission: try next(6066), coordination: 0)
        }
    }

    func write(_ record: ClusterRecord, isNew: Bool) throws(Diagnostic) {
        do throws(SystemError) {
            if isNew { try FileSystem.removeTree(record.folder) }
            try FileSystem.createDirectories(record.folder)
            try record.clusterEngine.prepare()
            // Last: what has a record is whole.
            try record.save()
        } catch {
            throw Diagnostic(
                .clusterFailed, "the cluster's files cannot be written: \(error)", at: nil,
                hint: "the variable BEAMSTACK_STATE names another folder for them")
        }
    }

    private func start(_ record: ClusterRecord, removesOnFailure: Bool) throws(Diagnostic) {
        do throws(SystemError) {
            try ClusterSupervisor.start(supervisorCommand, folder: record.folder)
        } catch {
            if removesOnFailure { try remove(record) }
            throw Diagnostic(.clusterFailed, "the cluster's supervisor does not start: \(error)", at: nil)
        }
        do throws(Diagnostic) {
            try waitUntilReady(record)
        } catch {
            if removesOnFailure { try remove(record) }
            throw error
        }
    }

    /// Waits until all workers have registered.
    ///
    /// - Throws: what ended meanwhile, with the last lines of its log.
    func waitUntilReady(_ record: ClusterRecord) throws(Diagnostic) {
        let start = MonotonicClock.seconds
        let known = Dictionary(record.processes.map { ($0.role, $0.restarts) }, uniquingKeysWith: max)
        while true {
            if let answer = record.clusterEngine.ask(), answer.workers == record.size.workers,
                answer.slots == record.totalSlots, isManned(record)
            {
                return
            }
            let elapsed = MonotonicClock.seconds - start
            if isCancelled() { throw Diagnostic(.cancelled, "the cluster's start was stopped", at: nil) }
            // One that ends over and over will not do otherwise the next time.
            if let failing = record.processes.first(where: { $0.restarts - (known[$0.role] ?? 0) >= 2 }) {
                throw failure(record, "its \(failing.role) ends again and again", role: failing.role)
            }
            if elapsed > 3, ClusterSupervisor.identity(in: record.folder) == nil {
                throw failure(record, "its supervisor has ended", role: nil)
            }
            if elapsed > Self.patience {
                let dead = record.processes.first { !$0.isAlive }?.role
                throw failure(record, "it does not get ready within \(Int(Self.patience)) s", role: dead)
            }
            Threads.sleep(milliseconds: 50)
        }
    }

    /// Whether there is each process that there should be, no other, and somebody who looks after them.
    private func isManned(_ record: ClusterRecord) -> Bool {
        guard ClusterSupervisor.identity(in: record.folder) != nil else { return false }
        let processes = record.processes
        return Set(processes.map(\.role)) == Set(record.clusterEngine.roles) && processes.allSatisfy(\.isAlive)
    }

    private static let patience = 120.0

    private func failure(_ record: ClusterRecord, _ problem: String, role: String?) -> Diagnostic {
        let logs =
            role.map { [Path.join(record.logFolder, "\($0).out"), Path.join(record.logFolder, "\($0).log")] }
            ?? [Path.join(record.folder, ClusterSupervisor.logName)]
        let ending = role.flatMap { role in record.processes.first { $0.role == role }?.lastEnding }
        return Diagnostic(
            .clusterFailed, "the cluster '\(record.name)' does not start: \(problem)", at: nil,
            notes: (ending.map { ["it ended with \($0)"] } ?? []) + logs.flatMap(LogTail.complaints),
            hint: "more --memory helps where Java finds too little; 'beamstack explain cluster-failed' says more")
    }
}

/// The end of a log, as far as it tells what went wrong.
enum LogTail {
    static func complaints(in path: String) -> [String] {
        guard let bytes = try? OpenFile.contents(of: path, limit: 64 << 20) else { return [] }
        let lines = String(decoding: bytes.suffix(1 << 16), as: UTF8.self).split(whereSeparator: \.isNewline)
        let telling = lines.filter { line in
            ["ERROR", "Error", "Exception", "error:"].contains { line.contains($0) } && !line.hasPrefix("\tat ")
        }
        return telling.suffix(3).map { "\(Path.name(of: path)): \($0.prefix(300))" }
    }
}
