import DataModel
import Diagnostics
import PipelineSpec

/// Web pages, embeddings and vector stores: what it takes to answer questions from texts.
enum VectorSearch {
    static let all: [TransformDefinition] = [
        readFromWebPages, scrapeWebPages, createEmbeddings, writeToVectorStore, searchVectorStore,
    ]

    // MARK: Web pages

    static let readFromWebPages = TransformDefinition(
        "ReadFromWebPages", category: "Sources", summary: "reads web pages and what they link to",
        documentation: """
            One row a page: `url`, `title`, `text`, `status`, `depth` (how many links from the start) and `links`. With
            `rows: sections` one row for the text below each heading: `url`, `title`, `heading`, `text`.

            Pages come in the order of `urls`, and of the links on them. What a site's `robots.txt` excludes is not
            read, nor are hosts that neither `urls` nor `hosts` name. An address in `urls` that cannot be read ends the
            run; a page that is only linked and cannot be read is left out, and the log says so.
            """,
        example: """
            type: ReadFromWebPages
            config:
              urls: [https://docs.example.org/]
              max_depth: 2
            """, inputs: .none,
        parameters: [Parameter("urls", .list(.string), required: true, "The addresses to start from.")] + scraping
    ) { context in
        context.task(
            "web.read", kind: .source, requirements: [PythonPackages.arrow],
            reason: "'ReadFromWebPages' reads web pages in Python",
            schema: Schema(pageFields(bySection: context.string("rows") == "sections")))
    }

    static let scrapeWebPages = TransformDefinition(
        "ScrapeWebPages", category: "Elementwise", summary: "reads the web pages that a field names",
        documentation: """
            Each row becomes the rows of its page, and of the pages that it links to up to `max_depth`. They are those
            of `ReadFromWebPages`, and keep the input's other fields. With `error_handling`, rows whose address cannot
            be read go to the error output.
            """,
        example: """
            type: ScrapeWebPages
            config:
              url_field: homepage
            """, supportsErrorHandling: true,
        parameters: [
            Parameter("url_field", .fieldName, default: "url", "The field of addresses; an input's only field is it.")
        ] + scraping
    ) { context in
        guard hasFields(["url_field"], context) else { return nil }
        return context.task(
            "web.scrape", kind: .transform, requirements: [PythonPackages.arrow],
            reason: "'ScrapeWebPages' reads web pages in Python",
            schema: context.schema.map { input in
                let fields = pageFields(bySection: context.string("rows") == "sections")
                let taken = fields.map(\.name) + [context.string("url_field") ?? input.fields.first?.name ?? ""]
                return Schema(input.fields.filter { !taken.contains($0.name) } + fields)
            })
    }

    /// What a page gives: the worker says the same, but is not asked before its environment exists.
    static func pageFields(bySection: Bool) -> [Field] {
        let texts = [Field("url", .string), Field("title", .string)]
        if bySection { return texts + [Field("heading", .string), Field("text", .string)] }
        return texts + [
            Field("text", .string), Field("status", .int64), Field("depth", .int64), Field("links", .list(.string)),
        ]
    }

    private static let scraping: [Parameter] = [
        Parameter("max_depth", .integer, default: "0", "How many links to follow from the start."),
        Parameter("max_pages", .integer, default: "1000", "How many pages to read from one start."),
        Parameter(
            "hosts", .list(.string),
            "Hosts that links and redirects may lead to, such as `'*.example.org'`; without it, only the start's own."),
        Parameter("rows", .choice(["pages", "sections"]), default: "pages", "What becomes a row."),
        Parameter(
            "content", .choice(["main", "all"]), default: "main",
            "`main` leaves out navigation, headers and footers, and all that is outside `<main>` where there is one."),
        Parameter("min_char_size", .integer, default: "0", "Leaves out pages or sections with less text."),
        Parameter(
            "requests_per_second", .number, default: "2",
            "How often one host is asked; a longer `Crawl-delay` in its `robots.txt` counts."),
        Parameter("concurrency", .integer, default: "8", "How many hosts are asked at once by one worker."),
        Parameter("timeout", .number, default: "30", "Seconds that one page may take."),
        Parameter("max_bytes", .integer, default: "5000000", "Larger pages are not read."),
        Parameter("user_agent", .string, "What sites see of us, and what their `robots.txt` is matched with."),
        Parameter("robots", .boolean, default: "true", "Whether to obey `robots.txt`; turn it off for your own sites."),
        .worker,
    ]

    // MARK: Embeddings

    static let createEmbeddings = TransformDefinition(
        "CreateEmbeddings", category: "Machine learning", summary: "turns texts into vectors",
        documentation: """
            Appends `embedding`, a list of numbers; blank texts get null. With `chunking`, long texts become several
            rows: the field then holds the chunk's text, and `chunk` its number from 0. Chunks end between paragraphs,
            sentences or words.

            | `model.type` | what it is |
            |---|---|
            | `WordLlama` | static vectors of 64, 128 or 256 `dimensions`: small, offline, ten thousand texts a second |
            | `SentenceTransformers` | `name`: a folder, `package:NAME` for one in a Python package, or a name on the hub |
            | `OpenAI` | any endpoint that speaks OpenAI's protocol: `name`, `base_url`, `api_key_variable` |
            """,
        example: """
            type: CreateEmbeddings
            config:
              field: text
              model: {type: WordLlama}
            """, supportsErrorHandling: true,
        parameters: [
            Parameter("model", .object(modelParameters), required: true, "The model; `type` says of which kind."),
            Parameter(
                "field", .fieldNames, default: "text",
                "The text; several fields are put together. An input's only text is found by itself."),
            Parameter("embedding_field", .fieldName, default: "embedding", "The field that takes the vector."),
            Parameter(
                "chunking",
                .object([
                    Parameter("size", .integer, default: "1000", "The longest that a chunk may be."),
                    Parameter("overlap", .integer, default: "0", "How much of a chunk the next one begins with."),
                    Parameter("unit", .choice(["characters", "words"]), default: "characters", "What `size` counts."),
                ]), "Cuts long texts; without it they are embedded whole, as far as the model reads."),
            Parameter("normalize", .boolean, default: "true", "Whether vectors are scaled to length 1."),
            .dependencies, .worker,
        ]
    ) { context in
        guard hasFields(["field"], context) else { return nil }
        return context.task(
            "embeddings.create", kind: .transform,
            requirements: PythonPackages.embeddings(context["model"]) + context.declaredDependencies,
            reason: "'CreateEmbeddings' runs a model in Python", schema: embeddedSchema(context))
    }

    /// The input with its vectors; `nil` where chunks change more than that.
    static func embeddedSchema(_ context: StepContext) -> Schema? {
        guard let input = context.schema, context["chunking"] == nil else { return nil }
        let name = context.string("embedding_field") ?? "embedding"
        return Schema(input.fields + [Field(name, .list(.double).nullable)])
    }

    private static let modelParameters: [Parameter] = [
        Parameter(
            "type", .choice(["WordLlama", "SentenceTransformers", "OpenAI"]), required: true, "The kind of model."),
        Parameter("name", .string, "Which model."),
        Parameter("dimensions", .integer, "How many numbers a vector has, where the model can be asked for fewer."),
        Parameter("batch_size", .integer, "How many texts the model gets at once."),
        Parameter("device", .string, "Where the model runs, such as `cpu` or `cuda`."),
        Parameter("prompt", .string, "What the model wants before each text."),
        Parameter("trust_remote_code", .boolean, default: "false", "Whether code that comes with the model may run."),
        Parameter("base_url", .string, "The endpoint, such as `http://localhost:11434/v1`."),
        Parameter("api_key", .string, "The key; better kept in an environment variable."),
        Parameter("api_key_variable", .string, default: "OPENAI_API_KEY", "The environment variable with the key."),
        Parameter("concurrency", .integer, default: "4", "Requests at once."),
        Parameter("timeout", .number, default: "60", "Seconds that a request may take."),
        Parameter("retries", .integer, default: "5", "How often a request is sent before the run fails."),
    ]

    // MARK: Vector stores

    static let writeToVectorStore = TransformDefinition(
        "WriteToVectorStore", category: "Sinks", summary: "writes rows with vectors to a store",
        documentation: """
            Table, collection or index are made where they are missing. Rows are written by id: a repeated run replaces
            them and leaves no duplicates. The other fields of a row become its metadata. Rows without a vector are left
            out.

            | `store.type` | where it is | what it needs |
            |---|---|---|
            | `PgVector` | PostgreSQL with the extension `vector` | `url`, `table` |
            | `Qdrant` | a Qdrant server, or a folder that needs no server | `url` or `path`, `collection` |
            | `Elasticsearch` | Elasticsearch 8 or later | `url`, `index` |

            `PgVector` takes all rows or none. The other stores have no transactions: they get the rows once all of them
            have been computed, and a run that breaks off while it sends them is mended by running it again.
            """,
        example: """
            type: WriteToVectorStore
            config:
              store:
                type: Qdrant
                path: vectors
                collection: articles
            """, outputs: "none",
        parameters: [
            store, vectors,
            Parameter("text_field", .fieldName, default: "text", "The field that is kept as the text."),
            Parameter(
                "id_field", .fieldNames, default: "id",
                "One field or several that tell rows apart. Without it and without a field `id`, the row's content."),
            Parameter("metadata_fields", .fieldNames, "Which fields become metadata; without it, all the others."),
            Parameter(
                "mode", .choice(["upsert", "replace"]), default: "upsert", "`replace` removes what was there before."),
            .dependencies, .worker,
        ]
    ) { context in
        guard hasVectors(context), hasFields(["text_field", "id_field", "metadata_fields"], context) else { return nil }
        return context.task(
            "vector_stores.write", kind: .sink,
            requirements: PythonPackages.vectorStore(context["store"]) + context.declaredDependencies,
            reason: "'WriteToVectorStore' writes to a store from Python")
    }

    static let searchVectorStore = TransformDefinition(
        "SearchVectorStore", category: "Machine learning", summary: "finds what is nearest to each row's vector",
        documentation: """
            One row a match, best first: the input's fields less the vector, with `match_rank` from 1, `match_id`,
            `match_score`, `match_text` and `match_metadata`. The score is the cosine or the dot product, or with
            `distance: euclidean` the distance. The vectors must come from the model that the store was filled with.
            """,
        example: """
            type: SearchVectorStore
            config:
              store:
                type: Qdrant
                path: vectors
                collection: articles
              limit: 3
            """,
        parameters: [
            store, vectors,
            Parameter("limit", .integer, default: "5", "How many matches a row gets at most."),
            Parameter("min_score", .number, "Leaves out matches that are further away."),
            Parameter("filter", .map, "Only records with this metadata: a value, or a list of values, by name."),
            .dependencies, .worker,
        ]
    ) { context in
        guard hasVectors(context) else { return nil }
        return context.task(
            "vector_stores.search", kind: .transform,
            requirements: PythonPackages.vectorStore(context["store"]) + context.declaredDependencies,
            reason: "'SearchVectorStore' searches a store from Python",
            schema: context.schema.map { input in
                let vector = context.string("embedding_field") ?? "embedding"
                return Schema(
                    input.fields.filter { $0.name != vector } + [
                        Field("match_rank", .int64), Field("match_id", .string), Field("match_score", .double),
                        Field("match_text", .string.nullable), Field("match_metadata", .any.nullable),
                    ])
            })
    }

    /// Whether the input has the fields that parameters name; where it has not, that has been reported.
    private static func hasFields(_ parameters: [String], _ context: StepContext) -> Bool {
        guard let schema = context.schema else { return true }
        return parameters.flatMap(context.names).map { context.field($0.name, at: $0.range, in: schema) != nil }
            .allSatisfy { $0 }
    }

    private static func hasVectors(_ context: StepContext) -> Bool {
        guard context["embedding_field"] == nil else { return hasFields(["embedding_field"], context) }
        guard let schema = context.schema, schema.index(of: "embedding") == nil else { return true }
        context.report(
            .wrongInputSchema, "'\(context.spec.type.text)' needs vectors, and the input has no field 'embedding'",
            at: context.spec.typeRange, notes: ["input has: \(schema)"],
            hint: "make them with 'CreateEmbeddings', or name their field in 'embedding_field'")
        return false
    }

    private static let vectors = Parameter(
        "embedding_field", .fieldName, default: "embedding", "The field of vectors.")

    private static let store = Parameter(
        "store",
        .object([
            Parameter("type", .choice(["PgVector", "Qdrant", "Elasticsearch"]), required: true, "The kind of store."),
            Parameter("url", .string, "Where the server is."),
            Parameter("path", .path, "Qdrant: a folder instead of a server; one process at a time can use it."),
            Parameter("table", .string, "PgVector: the table."),
            Parameter("collection", .string, "Qdrant: the collection."),
            Parameter(
                "index", .string,
                "Elasticsearch: the index. PgVector: `hnsw`, the default, or `none` for exact searches."),
            Parameter("distance", .choice(["cosine", "dot", "euclidean"]), default: "cosine", "How vectors compare."),
            Parameter("username", .string, "Who logs in."),
            Parameter("password", .string, "The password; better kept in an environment variable."),
            Parameter("password_variable", .string, "The environment variable with the password."),
            Parameter("api_key", .string, "The key; better kept in an environment variable."),
            Parameter("api_key_variable", .string, "The environment variable with the key."),
            Parameter("cloud_id", .string, "Elasticsearch: the id of a deployment on Elastic Cloud instead of `url`."),
            Parameter("verify_certs", .boolean, default: "true", "Elasticsearch: whether certificates are checked."),
            Parameter("ca_certs", .path, "Elasticsearch: the certificate of the authority to trust."),
            Parameter("text_field", .string, default: "text", "Elasticsearch: the name of the text in documents."),
            Parameter(
                "vector_field", .string, default: "embedding", "Elasticsearch: the name of the vector in documents."),
            Parameter("timeout", .number, default: "60", "Seconds that a request may take."),
        ]), required: true, "The store; `type` says of which kind.")
}

extension PythonPackages {
    /// What the model that `CreateEmbeddings` names needs.
    static func embeddings(_ model: YAMLNode?) -> [String] {
        let own = [arrow, numpy]
        switch model?["type"]?.string {
        case "WordLlama": return own + ["wordllama>=0.4"]
        case "SentenceTransformers":
            let name = model?["name"]?.string ?? ""
            let package = name.hasPrefix("package:") ? [String(name.dropFirst("package:".count))] : []
            return own + ["sentence-transformers>=3"] + package
        default: return own
        }
    }

    /// What the client of a vector store needs.
    static func vectorStore(_ store: YAMLNode?) -> [String] { [arrow] + vectorStore(type: store?["type"]?.string) }

    static func vectorStore(type: String?) -> [String] {
        switch type {
        case "PgVector": ["psycopg[binary]>=3.2"]
        case "Qdrant": ["qdrant-client>=1.12"]
        default: []
        }
    }
}
