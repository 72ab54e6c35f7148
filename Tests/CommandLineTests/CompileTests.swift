import Testing

/// Programs for other engines as texts: no engine is needed to print them.
struct CompileTests {
    private static func program(_ engine: String, _ pipeline: String) throws -> String {
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", pipeline + "\n")
        let result = try Beamstack.run("compile", "--target", engine, file, in: folder.url)
        #expect(result.status == 0, "\(result.messages)")
        return result.output
    }

    @Test func whatNobodyReadsIsComputedForItsFailures() throws {
        let pipeline = """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1}]}}
                - {type: MapToFields, name: Ratio, config: {language: python, fields: {r: 1 // a}}}
            """
        let flink = try Self.program("flink", pipeline)
        #expect(flink.contains("'connector' = 'blackhole'"))
        #expect(flink.contains("INSERT INTO `ratio_unread`"))
        #expect(try Self.program("spark", pipeline).contains(".write.format(\"noop\").mode(\"overwrite\").save()"))
    }

    @Test(arguments: ["flink", "spark"]) func aStepThatCannotFailHasNoFailures(_ engine: String) throws {
        let text = try Self.program(
            engine,
            """
            pipeline:
              transforms:
                - {type: Create, config: {elements: [{a: 1}]}}
                - {type: LogForTesting, name: Rows, input: Create, config: {error_handling: {output: bad}}}
                - {type: LogForTesting, name: Failures, input: Rows.bad}
            """)
        #expect(text.contains("WHERE FALSE"))
    }

    /// Flink takes a call without arguments for a constant.
    @Test func functionsThatReadNothingAreGivenAColumn() throws {
        let text = try Self.program(
            "flink",
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1}]}}
                - {type: MapToFields, config: {language: python, fields: {l: {callable: "lambda row: [1, 'x']"}}}}
                - {type: LogForTesting}
            """)
        #expect(text.contains("LATERAL TABLE(map_to_fields_function(t.`a`))"))
    }

    @Test(arguments: ["flink", "spark"]) func jsonOfNoFixedTypeIsWrittenByPython(_ engine: String) throws {
        let text = try Self.program(
            engine,
            """
            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [{a: 1}, {a: "x"}]}}
                - {type: WriteToJson, config: {path: out.json}}
            """)
        #expect(text.contains(engine == "flink" ? "'format' = 'beam-text'" : ".write.text("))
    }

    // MARK: Streams

    /// A topic, and behind it steps in a chain.
    private static func stream(_ steps: String, config: String = "") -> String {
        """
        pipeline:
          type: chain
          transforms:
            - type: ReadFromKafka
              config:
                topic: orders
                bootstrap_servers: "localhost:9092"
                format: JSON
                schema: {type: object, properties: {id: {type: integer}, shop: {type: string}}, required: [id, shop]}
                \(config)
        \(steps)
        """
    }

    private static let count = "config: {group_by: shop, combine: {n: {value: id, fn: count}}}"
    private static let send = "    - {type: WriteToKafka, config: {topic: out, bootstrap_servers: b, format: JSON}}"

    @Test(arguments: [
        ("{type: fixed, size: 60s, offset: 5s}", "TUMBLE(", "INTERVAL '60.000' SECOND(10, 3), INTERVAL '5.000'"),
        ("{type: sliding, size: 60s, period: 20s}", "HOP(", "INTERVAL '20.000' SECOND(10, 3), INTERVAL '60.000'"),
        // Beam keeps sessions apart that merely touch.
        ("{type: sessions, gap: 60s}", "PARTITION BY (`shop`)", "INTERVAL '59.999' SECOND(10, 3)"),
    ])
    func windowsOfStreamsAreTheEngines(windowing: String, function: String, interval: String) throws {
        let text = try Self.program(
            "flink", Self.stream("    - {type: Combine, windowing: \(windowing), \(Self.count)}\n" + Self.send))
        #expect(text.contains("SET 'execution.runtime-mode' = 'streaming'"))
        #expect(
            text.contains("WATERMARK FOR `row_time__` AS `row_time__` - INTERVAL '${watermark_delay}' HOUR TO SECOND"))
        #expect(text.contains(function) && text.contains(interval), "\(text)")
    }

    @Test func aTopicReadToItsEndIsABatch() throws {
        let text = try Self.program("flink", Self.stream(Self.send, config: "max_read_time_seconds: 5"))
        #expect(text.contains("SET 'execution.runtime-mode' = 'batch'"))
        #expect(text.contains("'scan.bounded.mode' = 'latest-offset'"))
    }

    @Test func passwordsAreNoPartOfAProgram() throws {
        let settings = "consumer_config: {group.id: g, sasl.jaas.config: \"user='u' password='hidden'\"}"
        let text = try Self.program("flink", Self.stream(Self.send, config: settings))
        #expect(!text.contains("hidden"))
        #expect(text.contains("'properties.sasl.jaas.config' = '${kafka.orders.sasl.jaas.config}'"))
        #expect(text.contains("'scan.startup.mode' = 'group-offsets'"))
    }

    @Test func timestampsOfAStreamAreThoseOfItsSource() throws {
        let windowed = "    - {type: Combine, windowing: {type: fixed, size: 60s}, \(Self.count)}\n" + Self.send
        let text = try Self.program(
            "flink", Self.stream("    - {type: AssignTimestamps, config: {timestamp: id}}\n" + windowed))
        #expect(text.contains("`row_time__` AS CAST(TIME_OF_MICROSECONDS(INT_MULTIPLY(`id`"), "\(text)")
    }

    @Test(arguments: [
        (
            "flink",
            "{type: AssignTimestamps, config: {language: python, timestamp: {callable: 'lambda row: hash(row.shop)'}}}",
            "a stream's timestamps are taken from its records where they are read"
        ),
        (
            "flink", "{type: WindowInto, config: {windowing: {type: sliding, size: 50s, period: 20s}}}",
            "sliding windows of a stream must be a whole number of periods long"
        ),
        ("spark", "{type: Filter, config: {language: python, keep: id > 1}}", "is not given Kafka's records yet"),
    ])
    func whatAStreamCannotDoIsRefused(engine: String, step: String, reason: String) throws {
        let windowing = step.contains("WindowInto") ? "" : "windowing: {type: fixed, size: 60s}, "
        let pipeline = Self.stream("    - \(step)\n    - {type: Combine, \(windowing)\(Self.count)}\n" + Self.send)
        let folder = try TemporaryFolder()
        let file = try folder.write("p.yaml", pipeline + "\n")
        let result = try Beamstack.run("compile", "--target", engine, file, in: folder.url)
        #expect(result.status == 1)
        #expect(result.messages.contains(reason), "\(result.messages)")
    }
}
