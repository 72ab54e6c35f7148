import DataModel
import Diagnostics
import PipelineSpec

extension MachineLearning {
    static let enrichment = TransformDefinition(
        "Enrichment", category: "Machine learning", summary: "looks up each row in a file, a database or a service",
        documentation: """
            Appends the fields of the record that a row's key leads to. Three handlers are Beamstack's own; Beam's
            `BigQuery`, `BigTable`, `VertexAIFeatureStore` and `FeastFeatureStore` are not run.

            | handler | where records are | its `handler_config` |
            |---|---|---|
            | `File` | a CSV, JSON or Parquet file, loaded once by each worker | `path`, `format`, `key` |
            | `Sql` | a database, by the URLs of `ReadFromJdbc` | `url`, `username`, `password`, `table` or `query`, \
            `key`, `batch_size` |
            | `Http` | a service that answers GET with JSON | `url`, `headers`, `api_key_variable`, `api_key_header`, \
            `concurrency`, `retries` |

            All have `fields`, what to take of a record (by default all), and `missing`, what becomes of rows without
            one: `null` (the default) leaves the fields empty, `drop` leaves out the row, `fail` sends it to the error
            output. See [Machine learning](../machine-learning.md).
            """,
        example: """
            type: Enrichment
            config:
              enrichment_handler: Sql
              handler_config:
                url: jdbc:postgresql://localhost:5432/shop
                table: customers
                key: {customer: id}
                fields: [name, city]
            """, supportsErrorHandling: true,
        parameters: [
            Parameter(
                "enrichment_handler", .choice(lookups.map(\.name) + cloudStores), required: true, "The kind of store."),
            Parameter("handler_config", .map, required: true, "How it is reached, and what is taken."),
            Parameter("timeout", .number, default: "30", "Seconds that a request over HTTP may take."),
            .dependencies, .worker,
        ]
    ) { context in
        guard let kind = context.string("enrichment_handler"), let settings = context["handler_config"] else {
            return nil
        }
        guard let lookup = lookups.first(where: { $0.name == kind }) else {
            let isFeast = kind == "FeastFeatureStore"
            return context.foreign(
                isFeast ? "feast" : "google-cloud", "'\(kind)' needs \(isFeast ? "a Feast store" : "Google Cloud")",
                at: context["enrichment_handler"]?.range)
        }
        context.reportNotPortable(
            "Beam has no enrichment handler '\(kind)'", at: context["enrichment_handler"]?.range)
        guard isValid(settings, lookup, context), let requirements = requirements(kind, settings, context) else {
            return nil
        }
        let isRemote = settings["path"]?.string?.hasPrefix("s3://") ?? false
        return context.task(
            "enrichment.lookup", kind: .transform, requirements: requirements + context.declaredDependencies,
            connects: kind == "Sql" || isRemote, reason: "'Enrichment' looks up records in Python",
            schema: kind == "Http" ? answered(settings, context) : nil)
    }

    private static let cloudStores = ["BigQuery", "BigTable", "VertexAIFeatureStore", "FeastFeatureStore"]

    private struct Lookup: Sendable {
        let name: String
        let required: [String]
        let optional: [String]
    }

    private static let lookups = [
        Lookup(name: "File", required: ["path", "key"], optional: ["format", "fields", "missing"]),
        Lookup(
            name: "Sql", required: ["url", "key"],
            optional: [
                "table", "query", "username", "password", "connection_properties", "connection_init_sql", "batch_size",
                "cache_size", "cache_seconds", "fields", "missing",
            ]),
        Lookup(
            name: "Http", required: ["url"],
            optional: [
                "headers", "api_key", "api_key_variable", "api_key_header", "concurrency", "retries", "ca_certs",
                "verify_certs", "cache_size", "cache_seconds", "fields", "missing",
            ]),
    ]

    /// Checks what can be seen without the store: the names of parameters, and that the key's fields are there.
    private static func isValid(_ settings: YAMLNode, _ lookup: Lookup, _ context: StepContext) -> Bool {
        let known = lookup.required + lookup.optional
        var isValid = true
        for pair in settings.mapping ?? [] {
            let name = pair.key.scalar?.text ?? ""
            guard !known.contains(name) else { continue }
            context.report(
                .unknownParameter, "'\(lookup.name)' has no parameter '\(name)'", at: pair.key.range,
                hint: Suggestion.hint(for: name, among: known, listing: "parameters"))
            isValid = false
        }
        for name in lookup.required where settings[name]?.isNull ?? true {
            context.report(
                .missingParameter, "'\(lookup.name)' needs the parameter '\(name)'",
                at: context["enrichment_handler"]?.range, hint: "add '\(name)' to 'handler_config'")
            isValid = false
        }
        if let schema = context.schema, let key = settings["key"] {
            for (name, range) in fields(of: key) where context.field(name, at: range, in: schema) == nil {
                isValid = false
            }
        }
        return isValid
    }

    /// The input's fields in a key: a name, a list of names, or a map from them to columns.
    private static func fields(of key: YAMLNode) -> [(String, SourceRange)] {
        if let pairs = key.mapping { return pairs.compactMap { pair in pair.key.string.map { ($0, pair.key.range) } } }
        return (key.sequence ?? [key]).compactMap { node in node.string.map { ($0, node.range) } }
    }

    private static func requirements(_ kind: String, _ settings: YAMLNode, _ context: StepContext) -> [String]? {
        guard kind == "Sql", let url = settings["url"], let text = url.string else { return [PythonPackages.arrow] }
        if let database = Databases.Kind(url: text) { return database.requirements }
        // The URL itself stays out of the message: it may hold a password.
        context.report(
            .wrongParameterType, "'url' names no database that Beamstack knows", at: url.range,
            notes: ["known are PostgreSQL, MySQL and MariaDB, SQLite, SQL Server and Oracle"],
            hint: "write a URL such as 'jdbc:postgresql://localhost:5432/shop'")
        return nil
    }

    /// What a service's answers add, which the file itself says; `nil` where rows may be left out or a type is wrong.
    private static func answered(_ settings: YAMLNode, _ context: StepContext) -> Schema? {
        guard let input = context.schema else { return nil }
        var added: [Field] = []
        if let pairs = settings["fields"]?.mapping {
            for pair in pairs {
                guard let name = pair.key.string else { return nil }
                guard let declared = pair.value["type"]?.string, declared != "any" else {
                    added.append(Field(name, .any))
                    continue
                }
                guard let type = JSONSchema.type(of: pair.value["type"] ?? pair.value, context: context) else {
                    return nil
                }
                added.append(Field(name, type.nullable))
            }
        } else if let names = settings["fields"]?.sequence {
            added = names.compactMap(\.string).map { Field($0, .any) }
        } else {
            added = [Field("response", .any)]
        }
        guard !added.contains(where: { input.index(of: $0.name) != nil }) else { return nil }
        return Schema(input.fields + added)
    }
}
