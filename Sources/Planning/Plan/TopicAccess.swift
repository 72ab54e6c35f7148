/// A topic of Apache Kafka, read or written by a step that an engine with Kafka's connector has to host.
public struct TopicAccess: Sendable {
    /// What a record's value holds.
    public enum Format: Sendable {
        /// Bytes as they are: the only field.
        case raw
        /// Text in UTF-8: the only field.
        case string
        /// A JSON object: its members are the fields.
        case json
    }

    /// Where reading begins when the topic is read for the first time.
    public enum Start: String, Sendable {
        case earliest, latest
    }

    public enum Direction: Sendable {
        /// - Parameter isBounded: whether it ends with the records that are there when it begins.
        case read(from: Start, isBounded: Bool)
        case write
    }

    public let topic: String
    /// `host:port`, several with commas between them.
    public let bootstrapServers: String
    public let format: Format
    public let direction: Direction
    /// Settings of Kafka's own client by name, which may hold secrets.
    public let settings: [(name: String, value: String)]

    public init(
        topic: String, bootstrapServers: String, format: Format, direction: Direction,
        settings: [(name: String, value: String)]
    ) {
        self.topic = topic
        self.bootstrapServers = bootstrapServers
        self.format = format
        self.direction = direction
        self.settings = settings
    }
}
