import Foundation
import Platform
import Testing

/// Jobs that never end by themselves, on a real Flink and a real broker.
@Suite(
    .serialized, .enabled(if: MachineJava.isThere, "there is no java"),
    .enabled(if: TestBroker.isThere, "there is no broker for Kafka's protocol"), SharedFlinkCluster())
struct StreamTests {
    private var cluster: TestCluster {
        get throws { try #require(TestCluster.shared) }
    }

    private func project(_ broker: TestBroker) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let jars = broker.packages.jars.map { "      - \($0)" }.joined(separator: "\n")
        _ = try folder.write(
            "beamstack.yaml",
            """
            targets:
              streams:
                engine: flink
                cluster: probe
                jars:
            \(jars)
                settings: {execution.checkpointing.interval: 1 s}

            """)
        return folder
    }

    private func source(_ broker: TestBroker, more: String = "") -> String {
        """
            - type: ReadFromKafka
              name: Orders
              config:
                topic: orders
                bootstrap_servers: \(broker.address)
                format: JSON
                auto_offset_reset_config: earliest
                schema:
                  type: object
                  properties: {id: {type: integer}, shop: {type: string}}
                  required: [id, shop]
        \(more)
        """
    }

    private func order(_ number: Int) -> (value: String, timestamp: Int) {
        ("{\"id\": \(number), \"shop\": \"\(number % 2 == 0 ? "even" : "odd")\"}", 1_700_000_000_000 + number * 1000)
    }

    /// A window that is open while the job is paused has the rows from before and after.
    @Test func aPausedStreamGoesOnWhereItWas() throws {
        let broker = try TestBroker()
        try broker.make("orders", "counts")
        let folder = try project(broker)
        _ = try folder.write(
            "counts.yaml",
            """
            pipeline:
              transforms:
            \(source(broker))
                - type: MapToFields
                  input: Orders
                  config: {language: python, fields: {id: id, shop: shop.title()}}
                - type: Combine
                  input: MapToFields
                  windowing: {type: fixed, size: 20s}
                  config:
                    group_by: shop
                    combine: {count: {value: id, fn: count}, first: {value: id, fn: min}}
                - type: WriteToKafka
                  input: Combine
                  config: {topic: counts, bootstrap_servers: "\(broker.address)", format: JSON}

            """)
        try broker.send((0..<50).map(order), to: "orders")
        let deployed = try cluster.run("deploy", "--target", "streams", "counts.yaml", in: folder.url)
        try #require(deployed.status == 0, "\(deployed.messages)")
        let first = deployed.output.trimmingCharacters(in: .newlines)
        // Record 49 lets the windows pass that end at 40.
        _ = try broker.wait(for: "counts") { $0.count == 4 }
        let paused = try cluster.run("stop", "--savepoint", first, in: folder.url)
        #expect(paused.status == 0, "\(paused.messages)")
        #expect(try cluster.run("jobs", "show", first).output.hasPrefix("\(first): stopped"))

        try broker.send((50..<90).map(order), to: "orders")
        let again = try cluster.run("restart", first, in: folder.url)
        try #require(again.status == 0, "\(again.messages)")
        let second = again.output.trimmingCharacters(in: .newlines)
        _ = try broker.wait(for: "counts") { $0.count == 8 }
        // Draining ends the windows that are open.
        let drained = try cluster.run("stop", "--drain", second, in: folder.url)
        #expect(drained.status == 0, "\(drained.messages)")
        #expect(try cluster.run("jobs", "show", second).output.hasPrefix("\(second): finished"))
        let expected = stride(from: 0, to: 90, by: 20).flatMap { start in
            [("Even", start), ("Odd", start + 1)].map { shop, first in
                "{\"shop\":\"\(shop)\",\"count\":\(start == 80 ? 5 : 10),\"first\":\(first)}"
            }
        }
        #expect(try broker.records(of: "counts").sorted() == expected.sorted())
    }

    /// Files and printed rows come while the job runs; records that are no rows go another way.
    @Test func outputsComeWhileItRuns() throws {
        let broker = try TestBroker()
        try broker.make("orders", "failed")
        let folder = try project(broker)
        _ = try folder.write(
            "live.yaml",
            """
            pipeline:
              transforms:
            \(source(broker, more: "        error_handling: {output: failed}"))
                - {type: LogForTesting, input: Orders}
                - {type: WriteToJson, input: Orders, config: {path: out/orders.json}}
                - type: WriteToKafka
                  input: Orders.failed
                  config: {topic: failed, bootstrap_servers: "\(broker.address)", format: JSON}

            """)
        try broker.send([order(1), ("nonsense", 1), ("{\"id\": 2}", 2), order(3)], to: "orders")
        let run = try Beamstack.start(
            ["run", "--target", "streams", "live.yaml"], in: folder.url, environment: try cluster.variables)
        try waitForFile(0, in: folder)
        #expect(
            try folder.text("out/orders.json-00000") == """
                {"id":1,"shop":"odd"}
                {"id":3,"shop":"odd"}

                """)
        try broker.send([order(4)], to: "orders")
        try waitForFile(1, in: folder)
        #expect(try folder.text("out/orders.json-00001") == "{\"id\":4,\"shop\":\"even\"}\n")
        #expect(run.isRunning)
        let stopped = try cluster.run("stop", "--savepoint", "live", in: folder.url)
        #expect(stopped.status == 0, "\(stopped.messages)")
        run.waitUntilExit()
        let printed = try #require(try folder.names("").first { $0.hasPrefix("stdout-") })
        #expect(
            EngineSamples.lines(try folder.text(printed)) == [
                "{\"id\":1,\"shop\":\"odd\"}", "{\"id\":3,\"shop\":\"odd\"}", "{\"id\":4,\"shop\":\"even\"}",
            ])
        let failed = try broker.records(of: "failed")
        #expect(failed.count == 2 && failed.first?.hasPrefix("{\"failed_row\":\"nonsense\",") == true, "\(failed)")
        #expect(failed.last?.contains("there is no 'shop', which 'schema' requires") == true, "\(failed)")
    }

    private func waitForFile(_ number: Int, in folder: TemporaryFolder) throws {
        for _ in 0..<120 {
            if (try? folder.names("out").contains("orders.json-0000\(number)")) == true { return }
            Threads.sleep(milliseconds: 250)
        }
        let messages = try folder.names("").filter { $0.hasPrefix("stderr-") }.map { try folder.text($0) }
        Issue.record("the file \(number) does not come: \(messages)")
    }

    @Test func aClusterWithoutTheConnectorSaysSo() throws {
        let broker = try TestBroker()
        let folder = try TemporaryFolder()
        _ = try folder.write(
            "p.yaml",
            """
            pipeline:
              transforms:
            \(source(broker))
                - {type: LogForTesting, input: Orders}

            """)
        let run = try cluster.run("run", "--quiet", "--target", "probe", "p.yaml", in: folder.url)
        #expect(run.status == 1)
        #expect(run.messages.hasPrefix("error[engine-lacks-part]: the Flink cluster has no connector 'kafka'"))
        #expect(run.messages.contains(" --> p.yaml:3:13"), "\(run.messages)")
    }
}
