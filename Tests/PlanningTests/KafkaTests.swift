import DataModel
import Testing

@testable import Planning

@Suite struct KafkaTests {
    private func plan(_ config: String, behind: String = "") -> (plan: Plan?, problems: [String]) {
        let result = PlannerFixture().plan(
            """
            pipeline:
              type: chain
              transforms:
                - type: «ReadFromKafka»
                  config: {topic: orders, bootstrap_servers: "a:9092", \(config)}
            \(behind)
            """)
        return (result.plan, result.problems)
    }

    private func topic(_ plan: Plan?) throws -> TopicAccess {
        guard case .foreign(let foreign)? = plan?.steps.last?.operation else { throw FixtureError.isNotForeign }
        return try #require(foreign.topic)
    }

    private enum FixtureError: Error { case isNotForeign }

    @Test(arguments: [
        ("", "payload: bytes"), ("format: STRING", "payload: string"),
        (
            "format: JSON, schema: {type: object, properties: {a: {type: integer}, b: {type: string}}, required: [a]}",
            "a: int64, b: string?"
        ),
    ])
    func fieldsFollowFromTheFormat(config: String, fields: String) throws {
        let (plan, problems) = plan(config)
        #expect(problems.isEmpty, "\(problems)")
        let output = try #require(plan?.steps.last?.outputs.first)
        #expect(output.schema?.description == fields)
        #expect(!output.isBounded)
    }

    @Test func whatEndsIsBounded() throws {
        let (plan, _) = plan("max_read_time_seconds: 5, auto_offset_reset_config: earliest")
        #expect(plan?.steps.last?.outputs.first?.isBounded == true)
        guard case .read(.earliest, isBounded: true) = try topic(plan).direction else {
            Issue.record("it is read otherwise")
            return
        }
    }

    @Test func settingsOfTheClientAreKept() throws {
        let settings = try topic(plan("consumer_config: {group.id: g, max.poll.records: 10}").plan).settings
        #expect(settings.map { "\($0.name)=\($0.value)" } == ["group.id=g", "max.poll.records=10"])
    }

    @Test func jsonNeedsItsFields() {
        #expect(plan("format: JSON").problems == ["missing-parameter: 'format: JSON' needs 'schema'"])
    }

    @Test func whatOnlyBeamReadsIsNoTopicOfOurs() throws {
        guard case .foreign(let foreign)? = plan("format: AVRO").plan?.steps.last?.operation else {
            throw FixtureError.isNotForeign
        }
        #expect(foreign.topic == nil && foreign.requirement == "kafka")
    }

    @Test(arguments: [
        "{type: Combine, config: {group_by: payload, combine: {n: {value: payload, fn: count}}}}",
        "{type: Combine, windowing: {type: global}, config: {group_by: payload, combine: {n: {value: payload, fn: count}}}}",
    ])
    func groupsThatNeverEndAreRefused(step: String) {
        let problems = plan("format: STRING", behind: "    - \(step)").problems
        #expect(problems.count == 1 && problems.first?.hasPrefix("endless-group: 'Combine' would group") == true)
    }

    @Test func windowsEndGroups() {
        let step = """
                - type: Combine
                  windowing: {type: fixed, size: 10s}
                  config: {group_by: payload, combine: {n: {value: payload, fn: count}}}
            """
        #expect(plan("format: STRING", behind: step).problems.isEmpty)
    }

    @Test func recordsOfOneFieldHaveOne() {
        let problems = PlannerFixture().plan(
            PlannerFixture.orders("- {type: «WriteToKafka», config: {topic: t, bootstrap_servers: b, format: STRING}}")
        ).problems
        #expect(
            problems.count == 1 && problems.first?.hasPrefix("wrong-input-schema: 'WriteToKafka' with this") == true)
    }
}
