import Diagnostics
import Foundation
import Testing

@testable import Projects

struct ProjectReaderTests {
    /// The project of a text, and its problems as `line:column severity[code] message | hint`.
    private func read(_ text: String) -> (project: Project?, problems: [String]) {
        let (project, diagnostics) = ProjectReader.read(SourceFile(path: "beamstack.yaml", text: text))
        return (
            project,
            diagnostics.map { problem in
                let place = problem.range.map { "\($0.startPosition.line):\($0.startPosition.column) " } ?? ""
                let hint = problem.hint.map { " | \($0)" } ?? ""
                return "\(place)\(problem.severity.rawValue)[\(problem.code.id)] \(problem.message)\(hint)"
            }
        )
    }

    @Test func everyKeyIsRead() throws {
        let (project, problems) = read(
            """
            default_target: production
            targets:
              here: {engine: embedded, parallelism: 2, memory: 1GB}
              lab: {engine: spark, cluster: lab}
              production:
                engine: flink
                place: kubernetes
                address: https://ci:${env:TOKEN}@flink.example.com
                parallelism: 8
                workers: 2
                slots: 4
                memory: 4GiB
                resources:
                  driver: {cpu: 0.5, memory: 1GiB}
                  worker: {cpu: 2}
                settings:
                  restart-strategy.type: fixed-delay
                  execution: {checkpointing: {interval: 10s, unaligned: true}}
                  password: ${env:PW}
            """)
        #expect(problems.isEmpty)
        let targets = try #require(project?.targets)
        #expect(targets.map(\.name) == ["here", "lab", "production"])
        #expect(targets[0].engine == .embedded && targets[0].parallelism == 2 && targets[0].memory == 1_000_000_000)
        #expect(targets[1].cluster == "lab")
        let last = targets[2]
        #expect(last.engine == .flink && last.place == .kubernetes && last.workers == 2 && last.slots == 4)
        #expect(last.memory == 4 << 30 && last.resources.driver.cpu == 0.5 && last.resources.driver.memory == 1 << 30)
        #expect(last.resources.worker == .init(cpu: 2))
        #expect(try last.address?.resolved { _ in "t" } == "https://ci:t@flink.example.com")
        #expect(
            last.settings.map { "\($0.name)=\($0.value)" } == [
                "restart-strategy.type=fixed-delay", "execution.checkpointing.interval=10s",
                "execution.checkpointing.unaligned=true", "password=${env:PW}",
            ])
    }

    @Test(arguments: ["", "# only words\n", "targets:\n", "{}"]) func thereMayBeNothing(_ text: String) {
        let (project, problems) = read(text)
        #expect(project?.targets.isEmpty == true)
        #expect(problems.isEmpty)
    }

    /// One mistake each, with its place and what helps.
    static let mistakes: [(text: String, problem: String)] = [
        ("targtes: {}", "1:1 error[unknown-key] unknown key 'targtes' in the project's file | did you mean 'targets'?"),
        (
            "pipeline: {}",
            "1:1 error[unknown-key] unknown key 'pipeline' in the project's file | this file is about all pipelines of "
                + "its folder; a pipeline has a file of its own"
        ),
        (
            "- a",
            "1:1 error[invalid-structure] a project's file must be a map, found a list | a project's file has "
                + "'targets:', and below it a name for each"
        ),
        (
            "targets: [a]",
            "1:10 error[invalid-structure] 'targets' must be a map, found a list | write 'NAME:' and the target's keys "
                + "below it"
        ),
        (
            "targets:\n  a: flink",
            "2:6 error[invalid-structure] the target 'a' must be a map, found a string | give it at least an 'engine'"
        ),
        (
            "targets:\n  a b: {engine: flink}",
            "2:3 error[invalid-target] 'a b' cannot name a target | up to 64 letters, digits, '-' and '_', a letter first"
        ),
        (
            "targets:\n  a: {parallelism: 2}",
            "2:3 error[invalid-target] the target 'a' has no 'engine' | add 'engine: flink' (or spark, or embedded)"
        ),
        (
            "targets:\n  a: {engine: spork}",
            "2:15 error[invalid-target] there is no engine 'spork' | did you mean 'spark'?"
        ),
        (
            "targets:\n  a: {engine: storm9000}",
            "2:15 error[invalid-target] there is no engine 'storm9000' | known: 'embedded', 'flink', 'spark'"
        ),
        (
            "targets:\n  a: {engine: 3}",
            "2:15 error[invalid-structure] 'engine' must be a string, found an integer | write it in quotes: '3'"
        ),
        (
            "targets:\n  a: {engine: flink, place: cloud}",
            "2:29 error[invalid-target] there is no place 'cloud' | known: 'local', 'docker', 'kubernetes'"
        ),
        (
            "targets:\n  a: {engine: flink, adress: x}",
            "2:22 error[unknown-key] unknown key 'adress' in the target 'a' | did you mean 'address'?"
        ),
        (
            "targets:\n  a: {engine: spark, master: x}",
            "2:22 error[unknown-key] unknown key 'master' in the target 'a' | did you mean 'address'?"
        ),
        (
            "targets:\n  a: {engine: flink, parallelism: \"8\"}",
            "2:35 error[invalid-target] 'parallelism' must be a whole number from 1 to 32768, found a string | write 8 "
                + "without quotes"
        ),
        (
            "targets:\n  a: {engine: flink, slots: 0}",
            "2:29 error[invalid-target] 'slots' must be a whole number from 1 to 32768, found 0"
        ),
        (
            "targets:\n  a: {engine: flink, memory: lots}",
            "2:30 error[invalid-target] 'memory' must be an amount of memory, found lots | write a number and a unit, "
                + "such as 512MB or 2GB"
        ),
        (
            "targets:\n  a: {engine: flink, resources: {worker: {cpu: -1}}}",
            "2:48 error[invalid-target] 'cpu' must be a number of cores, found -1 | write a positive number such as 2 "
                + "or 0.5"
        ),
        (
            "targets:\n  a: {engine: flink, resources: {workers: {}}}",
            "2:34 error[unknown-key] unknown key 'workers' in 'resources' | did you mean 'worker'?"
        ),
        (
            "targets:\n  a: {engine: flink, settings: {x: [1]}}",
            "2:36 error[invalid-target] the setting 'x' must be a text, found a list | write it as the engine wants it, "
                + "in quotes"
        ),
        (
            "targets:\n  a: {engine: flink, settings: {a.b: 1, a: {b: 2}}}",
            "2:45 error[duplicate-key] the setting 'a.b' is given twice | remove one of the two"
        ),
        (
            "targets:\n  a: {engine: flink, settings: {x: \"a ${HOME}\"}}",
            "2:39 error[invalid-target] '${HOME}' does not name an environment variable | did you mean '${env:HOME}'?"
        ),
        (
            "targets:\n  a: {engine: flink, settings: {x: \"${env:\"}}",
            "2:37 error[invalid-target] '${' is not closed | write ${env:NAME}"
        ),
        (
            "targets:\n  a: {engine: flink, settings: {api.token: abc}}",
            "2:33 warning[secret-in-file] 'api.token' looks like a secret | keep it in the environment: ${env:API_TOKEN}"
        ),
        (
            "targets:\n  a: {engine: flink, address: spark://x:1}",
            "2:31 error[invalid-target] 'spark://x:1' is no address of Apache Flink | write the address of its REST "
                + "API: http://HOST:8081"
        ),
        (
            "targets:\n  a: {engine: flink, cluster: c, address: http://x}",
            "2:43 error[invalid-target] a target has a 'cluster' or an 'address', not both | the cluster's address is "
                + "known; remove this one"
        ),
        (
            "targets:\n  a: {engine: flink, cluster: c, place: docker}",
            "2:41 error[invalid-target] clusters of 'beamstack create' are local | remove 'place'"
        ),
        (
            "targets:\n  a: {engine: embedded, slots: 2}",
            "2:25 error[invalid-target] the embedded engine has no 'slots' | remove it, or name another engine"
        ),
        (
            "targets:\n  a: {engine: embedded, place: docker}",
            "2:32 error[invalid-target] the embedded engine runs in this process, not in docker | remove 'place'"
        ),
        (
            "targets:\n  local: {engine: spark}",
            "2:3 error[invalid-target] 'local' always is the embedded engine | give the target another name; "
                + "'default_target' makes it the one that is meant"
        ),
        (
            "targets:\n  a: {engine: flink}\n  a: {engine: spark}",
            "3:3 error[duplicate-key] the key 'a' is given twice | remove one of the two; Beam silently takes the last"
        ),
        (
            "default_target: 3",
            "1:17 error[invalid-structure] 'default_target' must be a string, found an integer | write it in quotes: '3'"
        ),
    ]

    @Test(arguments: mistakes) func mistakesAreToldWithTheirPlace(_ text: String, _ problem: String) {
        let (project, problems) = read(text)
        #expect(problems == [problem])
        #expect((project == nil) == problem.contains(" error["))
    }

    @Test func allMistakesAreToldAtOnce() {
        #expect(read("targtes: 1\ntargets:\n  a: {engine: x9x9}\n  b: {}\n").problems.count == 3)
    }

    @Test func targetsAreFoundByName() throws {
        let clusters = [KnownCluster(name: "lab", engine: .spark), KnownCluster(name: "sales", engine: .flink)]
        let none = Project.withoutFile
        #expect(try none.target(named: nil, clusters: clusters).engine == .embedded)
        #expect(try none.target(named: "lab", clusters: clusters).cluster == "lab")
        #expect(none.targets(with: clusters).map(\.name) == ["local", "flink", "spark", "lab", "sales"])
        let unknown = #expect(throws: Diagnostic.self) { try none.target(named: "lob", clusters: clusters) }
        #expect(unknown?.hint == "did you mean 'lab'?")
        #expect(unknown?.notes.first == "targets: 'local', 'flink', 'spark', 'lab', 'sales'")

        let project = try #require(
            read("default_target: b\ntargets:\n  a: {engine: flink, cluster: lab}\n  b: {engine: spark, cluster: lob}")
                .project)
        let wrong = #expect(throws: Diagnostic.self) { try project.target(named: "a", clusters: clusters) }
        #expect(wrong?.code == .invalidTarget)
        let missing = #expect(throws: Diagnostic.self) { try project.target(named: nil, clusters: clusters) }
        #expect(missing?.message == "the target 'b' names the cluster 'lob', which does not exist")
        #expect(missing?.range?.startPosition.line == 4)
        let lost = try #require(read("default_target: c").project)
        let place = #expect(throws: Diagnostic.self) { try lost.target(named: nil, clusters: []) }
        #expect(place?.range?.startPosition == SourcePosition(line: 1, column: 17))
    }

    @Test func theNearestFileIsTaken() throws {
        let state = try StateForTests()
        let deep = state.path + "/a/b"
        try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: true)
        #expect(Project.load(forPipeline: deep + "/p.yaml").project?.targets.isEmpty == true)
        try Data("targets: {x: {engine: spark}}".utf8).write(to: URL(fileURLWithPath: state.path + "/beamstack.yaml"))
        #expect(Project.load(forPipeline: deep + "/p.yaml").project?.targets.map(\.name) == ["x"])
        try Data("targets: {y: {engine: spark}}".utf8).write(to: URL(fileURLWithPath: state.path + "/a/beamstack.yaml"))
        #expect(Project.load(forPipeline: deep + "/p.yaml").project?.targets.map(\.name) == ["y"])
    }

    @Test func theTemplateIsValidAndOverwritesNothing() throws {
        let state = try StateForTests()
        let folder = state.path + "/new"
        #expect(try ProjectTemplate.write(to: folder).count == ProjectTemplate.files.count)
        let (project, problems) = Project.load(path: folder + "/beamstack.yaml")
        #expect(project != nil && problems.isEmpty)
        try FileManager.default.removeItem(atPath: folder + "/beamstack.yaml")
        #expect(throws: Diagnostic.self) { try ProjectTemplate.write(to: folder) }
        #expect(!FileManager.default.fileExists(atPath: folder + "/beamstack.yaml"))
    }

    @Test func theSchemaKnowsEveryKey() throws {
        let target = try #require(Project.schema["properties"]?["targets"]?["additionalProperties"]?["properties"])
        for key in ProjectKeys.Target.allCases { #expect(target[key.rawValue]?["description"]?.string == key.summary) }
        let parsed = JSONText.parse(Project.schema.compact)
        #expect(parsed?["properties"]?["default_target"] != nil)
    }
}
