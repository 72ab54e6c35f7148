import DataModel
import Diagnostics
import Testing

@testable import Planning

@Suite struct EnrichmentTests {
    private func step(_ handler: String, _ settings: String) -> String {
        PlannerFixture.orders(
            "- {type: Enrichment, config: {enrichment_handler: \(handler), handler_config: \(settings)}}")
    }

    private func operation(
        _ handler: String, _ settings: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> (operation: ForeignOperation, schema: Schema?) {
        let result = PlannerFixture().plan(step(handler, settings))
        #expect(result.problems.isEmpty, sourceLocation: sourceLocation)
        let last = try #require(result.plan?.steps.last, sourceLocation: sourceLocation)
        guard case .foreign(let operation) = last.operation else { throw FixtureError.isNotForeign }
        return (operation, last.outputs.first?.schema)
    }

    private enum FixtureError: Error { case isNotForeign }

    @Test(arguments: [
        ("File", "{path: shops.csv, key: shop}", [PythonPackages.arrow], false),
        ("File", "{path: 's3://bucket/shops.csv', key: shop}", [PythonPackages.arrow], true),
        ("Http", "{url: 'http://x/{shop}'}", [PythonPackages.arrow], false),
        ("Sql", "{url: 'jdbc:sqlite:x.db', table: t, key: id}", [PythonPackages.arrow], true),
        (
            "Sql", "{url: 'jdbc:mysql://x/y', table: t, key: {shop: code}}", Databases.Kind.mysql.requirements, true
        ),
    ])
    func onlyTheHandlersPackagesAreNeeded(
        handler: String, settings: String, packages: [String], connects: Bool
    ) throws {
        let task = try #require(operation(handler, settings).operation.task)
        #expect(task.name == "enrichment.lookup")
        #expect(task.requirements == packages)
        #expect(task.connects == connects, "'validate' connects nowhere")
        #expect(!task.runsUserCode)
    }

    @Test(arguments: [
        ("{url: 'http://x/{shop}'}", "response: any"), ("{url: 'http://x/{shop}', fields: [city]}", "city: any"),
        (
            "{url: 'http://x/{shop}', fields: {city: address.city, size: {path: m2, type: number}}}",
            "city: any, size: double?"
        ),
    ])
    func whatAServiceAddsIsKnownWithoutAskingIt(settings: String, added: String) throws {
        let schema = try operation("Http", settings).schema
        #expect(schema?.description.hasSuffix(", " + added) == true)
        #expect(schema?.fields.first?.name == "id")
    }

    @Test func theColumnsOfATableAreTheWorkersToTell() throws {
        #expect(try operation("Sql", "{url: 'jdbc:sqlite:x.db', table: t, key: id}").schema == nil)
    }

    @Test(arguments: ["BigQuery", "BigTable", "VertexAIFeatureStore", "FeastFeatureStore"])
    func beamsStoresArePlannedAndNotRun(handler: String) throws {
        let operation = try operation(handler, "{project_id: p, row_key: shop}").operation
        #expect(operation.task == nil)
        #expect(operation.reason.hasPrefix("'\(handler)' needs "))
    }

    @Test(arguments: [
        (
            "File", "{path: x.csv, key: «shopp»}", "unknown-input-field: 'shopp' is not a field of the input",
            "did you mean 'shop'?"
        ),
        (
            "Sql", "{url: 'jdbc:sqlite:x', table: t, key: {«shopp»: code}}",
            "unknown-input-field: 'shopp' is not a field of the input", "did you mean 'shop'?"
        ),
        (
            "File", "{path: x.csv, key: shop, «feilds»: [a]}",
            "unknown-parameter: 'File' has no parameter 'feilds'", "did you mean 'fields'?"
        ),
        (
            "«File»", "{path: x.csv}", "missing-parameter: 'File' needs the parameter 'key'",
            "add 'key' to 'handler_config'"
        ),
        (
            "Sql", "{url: «mongodb://secret@x», table: t, key: id}",
            "wrong-parameter-type: 'url' names no database that Beamstack knows",
            "write a URL such as 'jdbc:postgresql://localhost:5432/shop'"
        ),
        (
            "Http", "{url: 'http://x/{shop}', fields: {size: {type: «float»}}}",
            "invalid-schema: 'float' is not a type of JSON Schema", "did you mean 'number'?"
        ),
        (
            "«Redis»", "{url: x}", "wrong-parameter-type: 'enrichment_handler' cannot be 'Redis'",
            "choices: 'File', 'Sql', 'Http', 'BigQuery', 'BigTable', 'VertexAIFeatureStore', 'FeastFeatureStore'"
        ),
    ])
    func mistakesAreFoundWithoutAWorker(handler: String, settings: String, problem: String, hint: String) {
        let result = PlannerFixture().plan(step(handler, settings))
        #expect(result.problems == [problem])
        #expect(result.diagnostics.first?.hint == hint)
        #expect(!(result.diagnostics.first?.message.contains("secret") ?? true))
    }

    @Test func ourHandlersAreNotBeams() {
        var fixture = PlannerFixture()
        fixture.options.portable = true
        let result = fixture.plan(step("«File»", "{path: x.csv, key: shop}"))
        #expect(result.problems == ["not-portable: Beam has no enrichment handler 'File'"])
    }
}
