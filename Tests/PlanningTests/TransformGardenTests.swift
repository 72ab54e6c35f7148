import DataModel
import Diagnostics
import Testing

@testable import Planning

/// A pipeline of the first Beamstack, with its Python provider, is planned with our own transforms.
@Suite struct TransformGardenTests {
    private static let demo = """
        pipeline:
          type: chain
          transforms:
            - type: Create
              config:
                elements:
                  - https://docs.example.org/introduction/
            - type: ScrapeWebPages
              config:
                max_depth: 2
                min_char_size: 40
            - type: OpenAIEmbedding
              config:
                api_key: "sk-"
                embed_model: "text-embedding-ada-002"
                metadata_fields: [url, heading]
                embed_fields: [text]
                doc_id: "title"
            - type: WriteToElasticsearchVectorStore
              config:
                es_url: "https://localhost:9200"
                index_name: "beamstack"
                client_kwargs:
                  basic_auth: [elastic, changed]
                  verify_certs: false
                store_kwargs:
                  text_field: documentation
                  vector_field: documentation_vector
        providers:
          - type: python
            config: {}
            transforms:
              OpenAIEmbedding: "beamstack_transforms.embeddings.openai.CreateEmbeddings"
              WriteToElasticsearchVectorStore:
                "beamstack_transforms.vectorstore.elasticsearch.WriteToElasticsearchVectorStore"
              ScrapeWebPages: "beamstack_transforms.io.webscrapper.ScrapeWebPages"
        """

    @Test func demo() throws {
        let result = PlannerFixture().plan(Self.demo)
        #expect(result.problems.isEmpty)
        let plan = try #require(result.plan)
        let tasks = plan.steps.compactMap { step -> WorkerTask? in
            guard case .foreign(let operation) = step.operation else { return nil }
            return operation.task
        }
        #expect(tasks.map(\.name) == ["web.scrape", "embeddings.create", "vector_stores.write"])
        #expect(
            tasks.map(\.configuration.compact) == [
                #"{"rows":"sections","max_depth":2,"min_char_size":40}"#,
                #"{"model":{"type":"OpenAI","name":"text-embedding-ada-002","api_key":"sk-"},"field":["text"],"#
                    + #""normalize":false}"#,
                #"{"store":{"type":"Elasticsearch","url":"https://localhost:9200","index":"beamstack","#
                    + #""username":"elastic","password":"changed","verify_certs":false,"text_field":"documentation","#
                    + #""vector_field":"documentation_vector"}}"#,
            ])
        #expect(tasks.allSatisfy { !$0.runsUserCode }, "it is our own code, which 'validate' may open")
        #expect(tasks[1].range(of: ["model", "name"])?.text == "\"text-embedding-ada-002\"")
        #expect(tasks[2].range(of: ["store", "url"])?.text == "\"https://localhost:9200\"")
    }

    @Test func schemasAreKnownWithoutAWorker() throws {
        let plan = try #require(PlannerFixture().plan(Self.demo).plan)
        #expect(
            plan.steps.compactMap { $0.outputs.first?.schema?.description }.dropFirst() == [
                "url: string, title: string, heading: string, text: string",
                "url: string, title: string, heading: string, text: string, embedding: list<double>?",
            ])
    }

    @Test func otherCodeIsNotOurs() {
        #expect(TransformGarden.rule(for: "beamstack_transforms.preprocessing.clean_text.CleanText") == nil)
        #expect(TransformGarden.rule(for: "my_package.io.webscrapper.ScrapeWebPages") == nil)
    }
}
