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
}
