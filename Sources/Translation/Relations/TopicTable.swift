import DataModel
import Diagnostics
import Planning

/// A topic as a table of a program.
struct TopicTable: Sendable {
    let topic: TopicAccess
    let schema: Schema
    /// How event time is carried.
    var time: EventTimeColumns
    /// Whether records that cannot be read become rows of the error output.
    let keepsFailures: Bool
    /// The SQL of the time attribute; the record's own timestamp where there is none.
    var rowTime: String?

    /// The variable for how far, as hours, minutes and seconds, records may come behind later ones.
    static let watermarkDelay = "watermark_delay"
    static let failureColumn = "error_message__"
    static let failedRecordColumn = "failed_row__"

    /// Whether rows have to be brought into shape behind the table.
    var needsView: Bool { keepsFailures || time.contains(.recordTime) }

    /// Settings of Kafka's client that nobody may see: the options that they are, and what the program calls their values.
    var hidden: [(option: String, variable: String, value: String)] {
        topic.settings.filter { Self.isSecret($0.name) }.map {
            ("properties.\($0.name)", "kafka.\(topic.topic).\($0.name)", $0.value)
        }
    }

    /// The options of a table for Flink's Kafka connector.
    ///
    /// Source: "Apache Kafka SQL Connector", connector options.
    var options: [(String, String)] {
        var options = [
            ("connector", "kafka"), ("topic", topic.topic), ("properties.bootstrap.servers", topic.bootstrapServers),
        ]
        var settings = topic.settings
        if case .read(let start, let isBounded) = topic.direction {
            if settings.contains(where: { $0.name == "group.id" }) {
                // A group goes on where it was.
                options.append(("scan.startup.mode", "group-offsets"))
                if !settings.contains(where: { $0.name == "auto.offset.reset" }) {
                    settings.append(("auto.offset.reset", start.rawValue))
                }
            } else {
                options.append(("scan.startup.mode", "\(start.rawValue)-offset"))
            }
            if isBounded { options.append(("scan.bounded.mode", "latest-offset")) }
        }
        options += settings.filter { !Self.isSecret($0.name) }.map { ("properties.\($0.name)", $0.value) }
        switch topic.format {
        case .raw, .string: options.append(("format", "raw"))
        case .json:
            options.append(("format", "beam-json"))
            let required = schema.fields.filter { !$0.type.isNullable }.map(\.name)
            if case .read = topic.direction, !required.isEmpty {
                options.append(("beam-json.required-fields", JSONText.array(required.map { .string($0) }).compact))
            }
            if keepsFailures {
                options += [
                    ("beam-json.failure-column", Self.failureColumn),
                    ("beam-json.failed-record-column", Self.failedRecordColumn),
                ]
            }
        }
        return options
    }

    private static func isSecret(_ setting: String) -> Bool {
        let name = setting.lowercased()
        return ["password", "jaas", "secret", "token", "credential", "ssl.keystore.key"].contains { name.contains($0) }
    }
}
