/// A value that a template may use: an argument of the command line or of a transform.
public enum TemplateValue: Sendable, Equatable {
    /// One pair of a dictionary.
    public struct Entry: Sendable, Equatable {
        public let key: String
        public let value: TemplateValue

        public init(_ key: String, _ value: TemplateValue) {
            self.key = key
            self.value = value
        }
    }

    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case list([TemplateValue])
    /// In order of definition.
    case dictionary([Entry])
}
