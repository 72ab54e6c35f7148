import DataModel
import Diagnostics
import PipelineSpec

/// The transforms of the Python package `beamstack_transforms`, which pipelines of the first Beamstack name in
/// `providers`: our own transforms do their work, so that such a pipeline runs without the package.
enum TransformGarden {
    /// Our own rule for a class of the package; `nil` for other code.
    static func rule(for qualifiedName: String) -> ((StepContext) -> StepResult?)? {
        switch qualifiedName {
        case "beamstack_transforms.io.webscrapper.ScrapeWebPages": scrape
        case "beamstack_transforms.embeddings.openai.CreateEmbeddings": openAI
        case "beamstack_transforms.embeddings.huggingface.CreateEmbeddings": huggingFace
        case "beamstack_transforms.vectorstore.elasticsearch.WriteToElasticsearchVectorStore": elasticsearch
        default: nil
        }
    }

    private static func scrape(_ context: StepContext) -> StepResult? {
        context.task(
            "web.scrape", kind: .transform, requirements: [PythonPackages.arrow],
            configuration: .object([
                "rows": "sections", "max_depth": context["max_depth"]?.json ?? 1,
                "min_char_size": context["min_char_size"]?.json ?? 30,
            ]), reason: reason(context), schema: Schema(VectorSearch.pageFields(bySection: true)))
    }

    private static func openAI(_ context: StepContext) -> StepResult? {
        let texts = context["embed_fields"] ?? context["embed_indexes"]
        let places = [
            place(["model", "name"], context["embed_model"]), place(["model", "api_key"], context["api_key"]),
            place(["field"], texts),
        ]
        return context.task(
            "embeddings.create", kind: .transform, requirements: PythonPackages.embeddings(nil),
            configuration: .object([
                "model": .object([
                    "type": "OpenAI", "name": context["embed_model"]?.json, "api_key": context["api_key"]?.json,
                    "dimensions": context["create_kwargs"]?["dimensions"]?.json,
                ]), "field": texts?.json, "normalize": false,
            ]), reason: reason(context), schema: VectorSearch.embeddedSchema(context),
            places: places.compactMap(\.self))
    }

    private static func huggingFace(_ context: StepContext) -> StepResult? {
        context.task(
            "embeddings.create", kind: .transform,
            requirements: [PythonPackages.arrow, PythonPackages.numpy, "sentence-transformers>=3"],
            configuration: .object([
                "model": .object(["type": "SentenceTransformers", "name": context["embed_model"]?.json]),
                "normalize": context["encode_kwargs"]?["normalize_embeddings"]?.json ?? false,
            ]), reason: reason(context), schema: VectorSearch.embeddedSchema(context),
            places: [place(["model", "name"], context["embed_model"])].compactMap(\.self))
    }

    private static func elasticsearch(_ context: StepContext) -> StepResult? {
        let client = context["client_kwargs"]
        let store = context["store_kwargs"]
        let login = client?["basic_auth"]?.sequence
        let password = login.flatMap { $0.count > 1 && !$0[1].isNull ? $0[1] : nil }
        let distances = ["DOT_PRODUCT": "dot", "EUCLIDEAN_DISTANCE": "euclidean"]
        let key = context["es_api_key"] ?? client?["api_key"]
        let places = [
            place(["store", "url"], context["es_url"]), place(["store", "index"], context["index_name"]),
            place(["store", "password"], client?["basic_auth"]), place(["store", "api_key"], key),
            place(["store", "cloud_id"], context["es_cloud_id"]),
        ]
        return context.task(
            "vector_stores.write", kind: .sink, requirements: [PythonPackages.arrow],
            configuration: .object([
                "store": .object([
                    "type": "Elasticsearch", "url": context["es_url"]?.json, "index": context["index_name"]?.json,
                    "cloud_id": context["es_cloud_id"]?.json, "api_key": key?.json,
                    "username": login?.first?.json, "password": password?.json,
                    "verify_certs": client?["verify_certs"]?.json, "ca_certs": client?["ca_certs"]?.json,
                    "text_field": store?["text_field"]?.json ?? "content",
                    "vector_field": store?["vector_field"]?.json ?? "embedding",
                    "distance": store?["distance_strategy"]?.string.flatMap { distances[$0] }.map(JSONText.string),
                ])
            ]), reason: reason(context), places: places.compactMap(\.self))
    }

    private static func place(_ path: [String], _ node: YAMLNode?) -> WorkerTask.Place? {
        node.map { WorkerTask.Place(path: path, range: $0.firstLine) }
    }

    private static func reason(_ context: StepContext) -> String {
        "'\(context.spec.type.text)' runs in Python"
    }
}
