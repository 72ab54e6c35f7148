import DataModel
import Diagnostics
import PipelineSpec

/// Topics of Apache Kafka, which engines with its connector read and write; our own has none.
///
/// Source: Beam's `KafkaReadSchemaTransformProvider` and `KafkaWriteSchemaTransformProvider`.
enum Kafka {
    static let all = [readFromKafka, writeToKafka]

    private static let reason = "needs a connection to Kafka"
    private static let requirement = "kafka"

    /// What a record that cannot be read becomes: Beam's `ErrorHandling.errorSchemaBytes`.
    private static let errors = Schema([Field("failed_row", .bytes), Field("error_message", .string)])

    private static let formats = ["RAW", "STRING", "JSON", "AVRO", "PROTO"]

    private static let place = [
        Parameter("topic", .string, required: true, "The topic's name."),
        Parameter(
            "bootstrap_servers", .string, required: true, "`host:port` of brokers, several with commas between them."),
        Parameter(
            "format", .choice(formats), default: "RAW",
            "What a value holds: `RAW` bytes, a `STRING`, a `JSON` object; `AVRO` and `PROTO` are Beam's alone."),
        Parameter("schema", .oneOf([.jsonSchema, .string]), "The fields of `JSON`, as a JSON Schema."),
        Parameter("file_descriptor_path", .string, "As in Beam, for `PROTO`."),
        Parameter("message_name", .string, "As in Beam, for `PROTO`."),
    ]

    static let readFromKafka = TransformDefinition(
        "ReadFromKafka", category: "Sources", summary: "reads records of a Kafka topic",
        documentation: """
            One row a record: the field `payload`, or the fields of `schema`. It never ends by itself, so grouping behind it
            needs windows. A record's own timestamp is the event time. Run by engines with Kafka's connector.
            """,
        example: """
            type: ReadFromKafka
            config:
              topic: orders
              bootstrap_servers: localhost:9092
              format: JSON
              schema: {type: object, properties: {item: {type: string}, price: {type: number}}}
              auto_offset_reset_config: earliest
            """, inputs: .none, supportsErrorHandling: true, requirement: requirement,
        parameters: place + [
            Parameter(
                "auto_offset_reset_config", .choice(["earliest", "latest"]), default: "latest",
                "Where to begin: with the oldest record that there is, or with the next."),
            Parameter("consumer_config", .map, "Settings of Kafka's consumer, such as `group.id`."),
            Parameter("consumer_config_updates", .map, "The same as `consumer_config`."),
            Parameter("confluent_schema_registry_url", .string, "As in Beam, for `AVRO`."),
            Parameter("confluent_schema_registry_subject", .string, "As in Beam, for `AVRO`."),
            Parameter(
                "max_read_time_seconds", .integer,
                "Makes reading end. Beam reads for so long; engines read what is there at the beginning."),
        ]
    ) { context in
        let isBounded = context["max_read_time_seconds"] != nil
        let start = context.string("auto_offset_reset_config").flatMap(TopicAccess.Start.init) ?? .latest
        let schema: Schema?
        switch format(context) {
        case .raw: schema = Schema([Field("payload", .bytes)])
        case .string: schema = Schema([Field("payload", .string)])
        case .json:
            guard let node = context["schema"] else {
                context.report(
                    .missingParameter, "'format: JSON' needs 'schema'", at: context.spec.typeRange,
                    hint: "add 'schema', a JSON Schema of the records")
                return nil
            }
            guard let declared = JSONSchema.schema(of: node, context: context) else { return nil }
            schema = declared
        case nil: schema = nil
        }
        var result = step(context, .read(from: start, isBounded: isBounded), schema: schema)
        result.isBounded = isBounded
        result.errorSchema = errors
        return result
    }

    static let writeToKafka = TransformDefinition(
        "WriteToKafka", category: "Sinks", summary: "writes records to a Kafka topic",
        documentation: """
            One record a row: the only field as it is, or all fields as a JSON object. A job that goes on after a failure may
            write records twice. Run by engines with Kafka's connector.
            """,
        example: """
            type: WriteToKafka
            config:
              topic: totals
              bootstrap_servers: localhost:9092
              format: JSON
            """, outputs: "none", supportsErrorHandling: true, requirement: requirement,
        parameters: place + [
            Parameter("producer_config_updates", .map, "Settings of Kafka's producer, such as `compression.type`.")
        ]
    ) { context in
        if let schema = context.schema, let format = format(context), format != .json {
            let kind: FieldType.Kind = format == .raw ? .bytes : .string
            guard schema.count == 1, schema.fields[0].type.kind == kind || schema.fields[0].type.isAny else {
                context.report(
                    .wrongInputSchema,
                    "'WriteToKafka' with this format needs rows with exactly one field, of \(kind == .bytes ? "bytes" : "text")",
                    at: context.spec.typeRange, notes: ["input has: \(schema)"],
                    hint: "make one with 'MapToFields', or write 'format: JSON'")
                return nil
            }
        }
        var result = step(context, .write, schema: nil)
        result.outputs = []
        result.errorSchema = errors
        return result
    }

    /// `nil` for those that only Beam has.
    private static func format(_ context: StepContext) -> TopicAccess.Format? {
        switch context.string("format") ?? "RAW" {
        case "RAW": .raw
        case "STRING": .string
        case "JSON": .json
        default: nil
        }
    }

    private static func step(
        _ context: StepContext, _ direction: TopicAccess.Direction, schema: Schema?
    ) -> StepResult {
        let topic = format(context).map { format in
            let parameters = ["consumer_config", "consumer_config_updates", "producer_config_updates"]
            let settings = parameters.compactMap { context[$0]?.mapping }.joined().compactMap { pair in
                pair.key.scalar.flatMap { key in pair.value.scalar.map { (name: key.text, value: $0.text) } }
            }
            return TopicAccess(
                topic: context.string("topic") ?? "", bootstrapServers: context.string("bootstrap_servers") ?? "",
                format: format, direction: direction, settings: settings)
        }
        return StepResult(
            .foreign(
                ForeignOperation(
                    requirement: requirement, reason: "'\(context.spec.type.text)' \(reason)",
                    range: context.spec.typeRange, topic: topic)),
            schema: schema)
    }
}
