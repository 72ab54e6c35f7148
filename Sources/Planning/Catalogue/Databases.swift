import Diagnostics
import PipelineSpec

/// Databases, by the URLs that JDBC has for them; no Java is needed.
enum Databases {
    static let all: [TransformDefinition] =
        [
            read("ReadFromJdbc", nil), write("WriteToJdbc", nil), read("ReadFromMySql", .mysql),
            write("WriteToMySql", .mysql), read("ReadFromPostgres", .postgres), write("WriteToPostgres", .postgres),
            read("ReadFromOracle", .oracle), write("WriteToOracle", .oracle), read("ReadFromSqlServer", .sqlServer),
            write("WriteToSqlServer", .sqlServer), read("ReadFromSqlite", .sqlite), write("WriteToSqlite", .sqlite),
        ] + [readFromMongoDB, writeToMongoDB]

    /// A kind of database.
    enum Kind: Sendable {
        case postgres, mysql, sqlServer, oracle, sqlite

        /// The kind that a URL is for; `nil` if it is for none of ours.
        init?(url: String) {
            let text = url.hasPrefix("jdbc:") ? url.dropFirst(5) : url[...]
            let scheme = text.prefix { $0 != ":" && $0 != "+" }.lowercased()
            guard text.contains(":") else { return nil }
            switch scheme {
            case "postgresql", "postgres": self = .postgres
            case "mysql", "mariadb": self = .mysql
            case "sqlserver", "mssql": self = .sqlServer
            case "oracle": self = .oracle
            case "sqlite": self = .sqlite
            default: return nil
            }
        }

        var title: String {
            switch self {
            case .postgres: "PostgreSQL"
            case .mysql: "MySQL"
            case .sqlServer: "SQL Server"
            case .oracle: "Oracle"
            case .sqlite: "SQLite"
            }
        }

        /// A URL, for hints and examples.
        var sampleURL: String {
            switch self {
            case .postgres: "jdbc:postgresql://localhost:5432/shop"
            case .mysql: "jdbc:mysql://localhost:3306/shop"
            case .sqlServer: "jdbc:sqlserver://localhost:1433;databaseName=shop"
            case .oracle: "jdbc:oracle:thin:@//localhost:1521/shop"
            case .sqlite: "jdbc:sqlite:shop.db"
            }
        }

        /// What a worker needs to talk to it.
        var requirements: [String] {
            switch self {
            case .postgres: [PythonPackages.arrow, "adbc-driver-manager>=1.2", "adbc-driver-postgresql>=1.2"]
            // Later wheels want an OpenSSL that is newer than many systems have, and are five times slower without it.
            case .mysql: [PythonPackages.arrow, "mysql-connector-python>=9.1,<9.5"]
            case .sqlServer: [PythonPackages.arrow, "python-tds>=1.15"]
            case .oracle: [PythonPackages.arrow, "oracledb>=2"]
            // Python itself brings SQLite.
            case .sqlite: [PythonPackages.arrow]
            }
        }
    }

    // MARK: Definitions

    private static func read(_ name: String, _ kind: Kind?) -> TransformDefinition {
        let title = kind?.title ?? "a database over JDBC"
        return TransformDefinition(
            name, category: "Sources", summary: "reads from \(title)",
            documentation: """
                Reads a table or the result of a query, with the types that the database says; see
                [Databases](../databases.md) for which becomes which. Runs in worker processes and needs no Java; the
                URL is JDBC's. With `partition_column` the rows are read in ranges of that column, in parallel.
                """,
            example: """
                type: \(name)
                config:
                  url: "\((kind ?? .postgres).sampleURL)"
                  query: SELECT id, item, price FROM orders WHERE price > 10
                """, inputs: .none,
            parameters: common(kind) + [
                Parameter("table", .string, "The table to read: `orders` or `shop.orders`."),
                Parameter("location", .string, "The same as `table`."),
                Parameter("query", .string, "What to read instead of a whole table."),
                Parameter("read_query", .string, "The same as `query`."),
                Parameter("partition_column", .string, "A column of numbers, dates or timestamps to read ranges of."),
                Parameter("num_partitions", .integer, default: "8", "How many ranges."),
                Parameter("fetch_size", .integer, "Rows that are fetched at a time; PostgreSQL goes by bytes instead."),
                Parameter("disable_auto_commit", .boolean, "Accepted for Beam; rows are always streamed."),
                Parameter("output_parallelization", .boolean, "Accepted for Beam."),
            ]
        ) { context in
            guard let found = checked(context, kind, queries: ["query", "read_query"]) else { return nil }
            return context.task(
                "databases.read", kind: .source, requirements: found.requirements, connects: true,
                reason: "'\(name)' talks to \(found.title) in Python")
        }
    }

    private static func write(_ name: String, _ kind: Kind?) -> TransformDefinition {
        let title = kind?.title ?? "a database over JDBC"
        return TransformDefinition(
            name, category: "Sinks", summary: "writes to \(title)",
            documentation: """
                Writes all rows in one transaction, which is committed when the whole run has succeeded: a run that
                fails leaves the table as it was. Fields go to the columns of their names. `mode`, `key` and
                `create_table` are Beamstack's own. See [Databases](../databases.md).
                """,
            example: """
                type: \(name)
                config:
                  url: "\((kind ?? .postgres).sampleURL)"
                  table: orders
                  mode: upsert
                  key: [id]
                """, outputs: "none",
            parameters: common(kind) + [
                Parameter("table", .string, "The table to write to: `orders` or `shop.orders`."),
                Parameter("location", .string, "The same as `table`."),
                Parameter(
                    "query", .string, "A statement for each row instead, with a `?` for each field, in their order."),
                Parameter("write_statement", .string, "The same as `query`."),
                Parameter(
                    "mode", .choice(["append", "replace", "upsert"]), default: "append",
                    "`replace` deletes the table's rows first; `upsert` updates rows whose `key` is there already."),
                Parameter("key", .fieldNames, "The fields that identify a row; the table has a unique index of them."),
                Parameter("create_table", .boolean, default: "false", "Makes the table if there is none."),
                Parameter("batch_size", .integer, "Accepted for Beam; rows go in bulk."),
                Parameter("autosharding", .boolean, "Accepted for Beam."),
                Parameter("auto_sharding", .boolean, "Accepted for Beam."),
            ]
        ) { context in
            guard let found = checked(context, kind, queries: ["query", "write_statement"]) else { return nil }
            for parameter in ["mode", "key", "create_table"] {
                if let node = context[parameter] {
                    context.reportNotPortable("Beam does not know '\(parameter)'", at: node.range)
                }
            }
            return context.task(
                "databases.write", kind: .sink, requirements: found.requirements, connects: true,
                reason: "'\(name)' talks to \(found.title) in Python")
        }
    }

    private static func common(_ kind: Kind?) -> [Parameter] {
        [
            Parameter("url", .string, "The database, such as `\((kind ?? .postgres).sampleURL)`."),
            Parameter("jdbc_url", .string, "The same as `url`."),
            Parameter("username", .string, "Who asks."),
            Parameter(
                "password", .string,
                "Its password; without it, the places of the database's own tools (`PGPASSWORD`, `~/.my.cnf` …)."),
            Parameter(
                "connection_properties", .oneOf([.string, .map]), "More of the connection: `name=value;name=value`."),
            Parameter(
                "connection_init_sql", .oneOf([.string, .list(.string)]), "Statements to run after connecting."),
            Parameter("driver_class_name", .string, "Accepted for Beam; the URL says which driver."),
            Parameter("driver_jars", .string, "Accepted for Beam; no Java runs."),
            Parameter("type", .string, "Accepted for Beam; the URL says which database."),
            Parameter("jdbc_type", .string, "Accepted for Beam; the URL says which database."),
            Parameter("secret_manager", .any, "Not supported: give `password` a template variable."),
            .worker,
        ]
    }

    // MARK: Checks

    /// The kind of the step's database, or `nil` after reporting what is wrong.
    private static func checked(_ context: StepContext, _ expected: Kind?, queries: [String]) -> Kind? {
        let name = context.spec.type.text
        guard let url = context["url"] ?? context["jdbc_url"], let text = url.string else {
            context.report(
                .missingParameter, "'\(name)' needs the parameter 'url'", at: context.spec.typeRange,
                hint: "add 'url', such as '\((expected ?? .postgres).sampleURL)'")
            return nil
        }
        guard let kind = Kind(url: text) else {
            // The URL itself stays out of the message: it may hold a password.
            context.report(
                .wrongParameterType, "'url' names no database that Beamstack knows", at: url.range,
                notes: ["known are PostgreSQL, MySQL and MariaDB, SQLite, SQL Server and Oracle"],
                hint: "write a URL such as '\((expected ?? .postgres).sampleURL)'")
            return nil
        }
        if let expected, expected != kind {
            context.report(
                .wrongParameterType, "'\(name)' needs a URL of \(expected.title), and this one is of \(kind.title)",
                at: url.range, hint: "use 'ReadFromJdbc' and 'WriteToJdbc' for any database")
            return nil
        }
        if let manager = context["secret_manager"] {
            context.report(
                .wrongParameterType, "'secret_manager' is not supported", at: manager.range,
                hint: "give 'password' a template variable, such as '{{ password }}'")
            return nil
        }
        let table = context["table"] ?? context["location"]
        let query = queries.lazy.compactMap { context[$0] }.first
        switch (table, query) {
        case (nil, nil):
            context.report(
                .missingParameter, "'\(name)' needs the parameter 'table' or 'query'", at: context.spec.typeRange,
                hint: "add 'table: NAME'")
            return nil
        case (.some, let query?):
            context.report(
                .wrongParameterType, "'\(name)' has both a table and a query", at: query.range,
                hint: "leave one of them out")
            return nil
        default: return kind
        }
    }

    // MARK: MongoDB

    private static let mongoRequirements = [PythonPackages.arrow, "pymongo>=4.6"]
    private static let mongoPlace = [
        Parameter("uri", .string, default: "mongodb://localhost:27017", "The server."),
        Parameter("database", .string, required: true, "The database."),
        Parameter("collection", .string, required: true, "The collection."),
    ]

    static let readFromMongoDB = TransformDefinition(
        "ReadFromMongoDB", category: "Sources", summary: "reads from MongoDB",
        documentation: "The fields are those of `schema`; a document that lacks one has null there.",
        example: """
            type: ReadFromMongoDB
            config:
              uri: mongodb://localhost:27017
              database: shop
              collection: orders
              schema: {type: object, properties: {item: {type: string}, price: {type: number}}}
            """, inputs: .none,
        parameters: mongoPlace + [
            Parameter("schema", .jsonSchema, required: true, "The fields and their types, a JSON Schema."),
            Parameter("filter", .map, "Which documents, as MongoDB's `find` takes it."), .worker,
        ]
    ) { context in
        guard let node = context["schema"], let schema = JSONSchema.schema(of: node, context: context) else {
            return nil
        }
        return context.task(
            "mongodb.read", kind: .source, requirements: mongoRequirements, connects: true,
            reason: "'ReadFromMongoDB' talks to MongoDB in Python", schema: schema)
    }

    static let writeToMongoDB = TransformDefinition(
        "WriteToMongoDB", category: "Sinks", summary: "writes to MongoDB",
        documentation: """
            A document for each row. A row with the field `_id` replaces the document that has it. MongoDB sees the
            documents only when the whole run has succeeded, but as one batch after the other.
            """,
        example: """
            type: WriteToMongoDB
            config:
              database: shop
              collection: orders
            """, outputs: "none",
        parameters: mongoPlace + [
            Parameter("batch_size", .integer, default: "1024", "Documents that are sent at a time."), .worker,
        ]
    ) { context in
        context.task(
            "mongodb.write", kind: .sink, requirements: mongoRequirements, connects: true,
            reason: "'WriteToMongoDB' talks to MongoDB in Python")
    }
}
