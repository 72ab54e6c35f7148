public import DataModel
public import Diagnostics
public import Planning
import Platform
import Synchronization

/// Runs tasks in Python processes: a call takes an idle process of the task's environment, or starts another.
///
/// There are as many processes as there are calls at a time, so that calls within calls cannot wait for each other.
public final class WorkerPool: WorkerHost {
    private struct State {
        var idle: [WorkerEnvironment: [WorkerProcess]] = [:]
        /// All that run, to be stopped.
        var processes: [ObjectIdentifier: WorkerProcess] = [:]
        var environments: [[Requirement]: WorkerEnvironment] = [:]
        /// Held so that nobody clears what is in use.
        var uses: [FileLock] = []
        var package: String?
        var nextTask = 0
    }

    let options: WorkerOptions
    private let state = Mutex(State())
    private let isStopped = Atomic(false)

    public init(_ options: WorkerOptions = WorkerOptions()) {
        self.options = options
    }

    deinit { shutDown() }

    public func open(
        _ task: WorkerTask, inputs: [Schema], step: WorkerStep
    ) throws(Diagnostic) -> any OpenTask {
        let environment = try environment(for: task, step)
        do throws(WorkerFault) {
            return try PooledTask(self, task, inputs: inputs, step: step, environment: environment)
        } catch {
            throw error.diagnostic(task, step)
        }
    }

    /// Stops all work at once and for good: calls that wait throw a diagnostic with the code `cancelled`.
    public func cancel() {
        isStopped.store(true, ordering: .releasing)
        for process in state.withLock({ Array($0.processes.values) }) { process.stop() }
    }

    /// Ends the idle processes, and kills those at work.
    public func shutDown() {
        let (idle, all) = state.withLock { state in
            defer { state.idle = [:] }
            return (state.idle.values.flatMap { $0 }, Array(state.processes.values))
        }
        // All see the end of their input before any is waited for.
        for process in idle { process.child.closeInput() }
        let deadline = MonotonicClock.seconds + 1
        for process in idle {
            process.finish(milliseconds: Int((deadline - MonotonicClock.seconds) * 1000))
            forget(process)
        }
        let unfinished = Set(all.map(ObjectIdentifier.init)).subtracting(idle.map(ObjectIdentifier.init))
        for process in all where unfinished.contains(ObjectIdentifier(process)) { process.stop() }
    }

    /// How many processes run.
    var processCount: Int { state.withLock { $0.processes.count } }

    var processIDs: Set<Int32> { state.withLock { Set($0.processes.values.map(\.child.processID)) } }

    var isCancelled: Bool { isStopped.load(ordering: .acquiring) }

    func newTaskNumber() -> Int {
        state.withLock { state in
            state.nextTask += 1
            return state.nextTask
        }
    }
}

/// Environments.
extension WorkerPool {
    /// An interpreter with packages, for programs that are no workers: made where it is missing and `installs` is set.
    public func python(
        with requirements: [String], step: WorkerStep
    ) throws(Diagnostic) -> (python: String, package: String) {
        let task = WorkerTask("python", kind: .transform, configuration: .null, requirements: requirements)
        let python = try environment(for: task, step).python
        do throws(WorkerFault) {
            return (python, try package())
        } catch {
            throw Diagnostic(.environmentFailed, "the workers' Python cannot be written: \(error)", at: step.range)
        }
    }

    func environment(for task: WorkerTask, _ step: WorkerStep) throws(Diagnostic) -> WorkerEnvironment {
        let requirements = Requirement.sorted(task.requirements, folder: options.pipelineFolder)
        if let known = state.withLock({ $0.environments[requirements] }) { return known }
        let range = task.range(of: ["dependencies"]) ?? step.range
        if let absent = requirements.first(where: { $0.isPath && $0.archive == nil }) {
            throw Diagnostic(
                .environmentFailed, "there is no file '\(absent.specifier)' to install", at: range,
                hint: "paths count from the working directory, or else from the pipeline's folder")
        }
        let interpreter = try Interpreter.find(for: step.range)
        let environment: WorkerEnvironment
        if requirements.isEmpty {
            environment = WorkerEnvironment(id: "", python: interpreter.path)
        } else {
            let environments = Environments(cache: options.cache)
            let id: String
            do throws(SystemError) {
                id = try Environments.id(requirements, interpreter)
            } catch {
                throw Diagnostic(.environmentFailed, "a package that 'dependencies' names: \(error)", at: range)
            }
            if let existing = environments.existing(id) {
                environment = existing
            } else if options.installs {
                let log = options.log
                environment = try EnvironmentBuilder(
                    environments: environments, interpreter: interpreter, requirements: requirements, id: id,
                    task: task, step: step, isCancelled: { [self] in isCancelled }, log: { log(step.name, $0) }
                ).make()
            } else {
                let labels = requirements.map(\.label).joined(separator: ", ")
                throw Diagnostic(
                    .environmentMissing, "the packages of '\(step.name)' are not installed yet: \(labels)", at: range,
                    hint: "the first run installs them")
            }
        }
        let use = requirements.isEmpty ? nil : Environments(cache: options.cache).use(environment.id)
        state.withLock { state in
            state.environments[requirements] = environment
            if let use { state.uses.append(use) }
        }
        return environment
    }
}

/// Processes.
extension WorkerPool {
    /// Runs `body` with a process that nobody else uses meanwhile. A fault that ends the process takes it away.
    func withProcess<Result>(
        _ environment: WorkerEnvironment, task: Int, step: String,
        _ body: (WorkerProcess) throws(WorkerFault) -> Result
    ) throws(WorkerFault) -> Result {
        let process = try take(environment, task: task, step: step)
        do throws(WorkerFault) {
            let result = try body(process)
            giveBack(process)
            return result
        } catch {
            if error.endsProcess { discard(process) } else { giveBack(process) }
            throw error
        }
    }

    /// An idle process, best one that has the task open, or a new one. It must be given back or discarded.
    func take(_ environment: WorkerEnvironment, task: Int, step: String) throws(WorkerFault) -> WorkerProcess {
        while !isCancelled {
            let idle = state.withLock { state -> WorkerProcess? in
                guard let all = state.idle[environment], !all.isEmpty else { return nil }
                let index = all.lastIndex { $0.tasks[task] != nil } ?? all.count - 1
                return state.idle[environment]?.remove(at: index)
            }
            guard let process = idle else { return try start(environment, step) }
            let log = options.log
            process.onLine = { log(step, $0) }
            if process.isAlive { return process }
            discard(process)
        }
        throw .cancelled
    }

    private func start(_ environment: WorkerEnvironment, _ step: String) throws(WorkerFault) -> WorkerProcess {
        let process = try WorkerProcess(environment, package: package())
        let log = options.log
        process.onLine = { log(step, $0) }
        state.withLock { $0.processes[ObjectIdentifier(process)] = process }
        // Whoever cancels either sees the process in the list, or has set the flag before this looks.
        if isCancelled { process.stop() }
        do throws(WorkerFault) {
            try process.greet()
        } catch {
            discard(process)
            throw error
        }
        return process
    }

    private func package() throws(WorkerFault) -> String {
        if let package = options.package { return package }
        if let known = state.withLock({ $0.package }) { return known }
        do throws(SystemError) {
            let folder = try WorkerPackage.folder(cache: options.cache)
            state.withLock { $0.package = folder }
            return folder
        } catch {
            throw .system("\(error); the variable BEAMSTACK_CACHE names another folder for the cache")
        }
    }

    func giveBack(_ process: WorkerProcess) {
        if isCancelled { return discard(process) }
        state.withLock { $0.idle[process.environment, default: []].append(process) }
    }

    func discard(_ process: WorkerProcess) {
        process.child.kill()
        _ = process.child.wait(milliseconds: 1000)
        forget(process)
    }

    private func forget(_ process: WorkerProcess) {
        state.withLock { _ = $0.processes.removeValue(forKey: ObjectIdentifier(process)) }
    }

    /// Takes all idle processes that have a task open, for the caller to give back.
    func takeIdle(_ environment: WorkerEnvironment, having task: Int) -> [WorkerProcess] {
        state.withLock { state in
            let found = state.idle[environment, default: []].filter { $0.tasks[task] != nil }
            state.idle[environment]?.removeAll { $0.tasks[task] != nil }
            return found
        }
    }
}
