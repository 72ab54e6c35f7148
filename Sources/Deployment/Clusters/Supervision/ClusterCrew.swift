import Diagnostics
import Platform

/// The processes of a cluster in the hands of its supervisor.
struct ClusterCrew {
    private struct Member {
        var process: ClusterProcess
        /// Whether its end has been noticed; it then comes back at `startsAt`.
        var hasEnded = false
        var startsAt: Double = 0
        /// How long it was kept down the last time, in seconds.
        var pause: Double = 0
    }

    private let folder: String
    private var members: [Member]
    /// When to try again what could not even be started.
    private var nextAttempt: [String: Double] = [:]

    /// Takes over the processes that an earlier supervisor has left.
    init(folder: String) {
        self.folder = folder
        members = ClusterProcess.list(in: folder).map { Member(process: $0) }
        for member in members where member.process.isAlive { log("took over", member) }
    }

    /// Starts what is missing and ends what there is too much of.
    mutating func reconcile(with record: ClusterRecord) {
        let engine = record.clusterEngine
        let wanted = engine.roles
        dismiss { !wanted.contains($0) }
        for role in wanted where nextAttempt[role] ?? 0 <= MonotonicClock.seconds {
            guard let index = members.firstIndex(where: { $0.process.role == role }) else {
                if engine.isDue(role) { start(role, record, engine, inPlaceOf: nil) }
                continue
            }
            if members[index].process.isAlive { continue }
            if !members[index].hasEnded { noteEnd(of: index) }
            if members[index].startsAt <= MonotonicClock.seconds, engine.isDue(role) {
                start(role, record, engine, inPlaceOf: index)
            }
        }
    }

    /// Starts a process and writes it down at once: nothing is to run that nobody knows of.
    private mutating func start(
        _ role: String, _ record: ClusterRecord, _ engine: any ClusterEngine, inPlaceOf index: Int?
    ) {
        let metricsPort = LoopbackPorts.free(from: 19_250, taken: metricsPorts)
        let launch = engine.launch(role, metricsPort: metricsPort)
        do throws(SystemError) {
            let identity = try DetachedProcess.start(
                launch.program, arguments: launch.arguments, environment: launch.environment,
                output: Path.join(record.logFolder, "\(role).out"))
            let previous = index.map { members[$0] }
            let process = ClusterProcess(
                role: role, identity: identity, startedAt: WallClock.microseconds,
                restarts: previous.map { $0.process.restarts + 1 } ?? 0, lastEnding: previous?.process.lastEnding,
                metricsAddress: launch.metricsAddress)
            let member = Member(process: process, pause: previous?.pause ?? 0)
            if let index { members[index] = member } else { members.append(member) }
            log("started", member)
            save()
        } catch {
            log("cannot start \(role): \(error)")
            nextAttempt[role] = MonotonicClock.seconds + 5
        }
    }

    /// Clears away what a process leaves behind, and decides when it comes back.
    private mutating func noteEnd(of index: Int) {
        let process = members[index].process
        // Until it is reaped its number is its own, so only its own children are hit: they serve nobody any more.
        process.identity.killSession()
        let ending = process.identity.reap().map(\.description)
        let age = Double(WallClock.microseconds - process.startedAt) / 1e6
        members[index].hasEnded = true
        members[index].process.lastEnding = ending ?? "unknown"
        // What ends again and again right after its start is given more and more time.
        members[index].pause = age > 30 ? 0 : min(30, max(0.5, members[index].pause * 2))
        members[index].startsAt = MonotonicClock.seconds + members[index].pause
        log("after \(Int(age)) s with \(ending ?? "an unknown status") ended", members[index])
        save()
    }

    /// Ends all processes. They have nothing to hand over to each other, and keep what they know on disk.
    mutating func dismissAll() { dismiss(patience: 0.5) { _ in true } }

    /// Asks processes to end, then ends those that have not within so many seconds, and all of their children.
    private mutating func dismiss(patience: Double = 5, where isLeaving: (String) -> Bool) {
        let leaving = members.filter { isLeaving($0.process.role) }
        guard !leaving.isEmpty else { return }
        for member in leaving.reversed() { member.process.identity.terminate() }
        let deadline = MonotonicClock.seconds + patience
        while MonotonicClock.seconds < deadline, leaving.contains(where: \.process.isAlive) {
            Threads.sleep(milliseconds: 20)
        }
        for member in leaving {
            member.process.identity.killSession()
            _ = member.process.identity.reap()
            log("ended", member)
        }
        members.removeAll { isLeaving($0.process.role) }
        save()
    }

    private var metricsPorts: Set<Int> {
        Set(
            members.compactMap { member in
                member.process.metricsAddress?.split(separator: ":").last.flatMap { Int($0.prefix { $0 != "/" }) }
            })
    }

    private func save() {
        do throws(SystemError) {
            // A folder that was removed under us is not to come back.
            guard FileSystem.isDirectory(folder) else { return }
            try ClusterProcess.save(members.map(\.process), in: folder)
        } catch {
            log("\(error)")
        }
    }

    private func log(_ event: String, _ member: Member) {
        log("\(event) \(member.process.role) (process \(member.process.identity.processID))")
    }

    /// The supervisor's standard error is its log.
    private func log(_ line: String) {
        try? StandardStream.error.write("\(WallClock.microseconds / 1_000_000) \(line)\n")
    }
}
