/// One parameter of a transform.
public struct Parameter: Sendable {
    public let name: String
    public let type: ParameterType
    public let isRequired: Bool
    /// As written in YAML; `nil` where there is none.
    public let defaultValue: String?
    /// Markdown of one paragraph.
    public let documentation: String

    init(
        _ name: String, _ type: ParameterType, required: Bool = false, default value: String? = nil,
        _ documentation: String
    ) {
        self.name = name
        self.type = type
        isRequired = required
        defaultValue = value
        self.documentation = documentation
    }
}

extension Parameter {
    static let language = Parameter(
        "language", .choice(["generic", "python", "sql", "calcite", "javascript", "java"]), default: "generic",
        "The language of the expressions; `generic` has fields, literals and single comparisons.")
    static let dependencies = Parameter(
        "dependencies", .list(.string), "Packages that Python code needs, or jars that Java code needs.")
    static let errorHandling = Parameter(
        "error_handling", .errorHandling,
        "`{output: NAME}` sends rows that fail to the output NAME instead of ending the run; `threshold` is the share "
            + "of failing rows above which the run ends all the same.")
    static let outputSchema = Parameter(
        "output_schema", .jsonSchema, "A JSON Schema that each row of the output is checked against.")
}
