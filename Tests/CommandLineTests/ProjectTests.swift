import Foundation
import Testing

/// `beamstack.yaml` and the commands that read it.
struct ProjectTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func beamstack(_ arguments: String..., environment: [String: String] = [:]) throws -> Beamstack.Result {
        try Beamstack.run(
            arguments, in: folder.url,
            environment: ["BEAMSTACK_STATE": folder.path + "/state", "NO_COLOR": "1"].merging(environment) { $1 })
    }

    @Test func whatInitWritesWorks() throws {
        #expect(try beamstack("init", "shop").status == 0)
        let shop = folder.url.appendingPathComponent("shop")
        for arguments in [
            ["validate", "orders.yaml", "beamstack.yaml"], ["test", "orders.yaml"], ["run", "orders.yaml"],
        ] {
            let result = try Beamstack.run(
                arguments, in: shop, environment: ["BEAMSTACK_STATE": folder.path + "/state"])
            #expect(result.status == 0, "\(arguments): \(result.messages)")
        }
        #expect(
            try folder.text("shop/output/items.csv-00000-of-00001")
                == "item,pieces,revenue\ntea,3,10.5\nbread,4,16.0\nhoney,1,7.25\n")
        try folder.write("shop/orders.yaml", "mine")
        #expect(try beamstack("init", "shop").status == 1)
        #expect(try folder.text("shop/orders.yaml") == "mine")
    }

    @Test func aTargetOfTheFileRunsThePipeline() throws {
        #expect(try beamstack("init").status == 0)
        try folder.write(
            "beamstack.yaml", "default_target: small\ntargets:\n  small: {engine: embedded, parallelism: 1}\n")
        #expect(try beamstack("run", "-q", "orders.yaml").status == 0)
        #expect(try beamstack("jobs").output.contains("small (embedded)"))
        #expect(try beamstack("targets").output.contains("small   embedded  local         default"))
    }

    @Test func anUnknownTargetListsWhatThereIs() throws {
        #expect(try beamstack("init").status == 0)
        let result = try beamstack("run", "orders.yaml", "--target", "lokal")
        #expect(result.status == 2)
        #expect(
            result.messages.contains("did you mean 'local'?") && result.messages.contains("'local', 'flink', 'spark'"))
    }

    @Test func aMistakeInTheFileEndsTheCommand() throws {
        #expect(try beamstack("init").status == 0)
        try folder.write("beamstack.yaml", "targets:\n  a:\n    engine: spork\n")
        let result = try beamstack("run", "orders.yaml")
        #expect(result.status == 1)
        #expect(result.messages.contains("beamstack.yaml:3:13") && result.messages.contains("did you mean 'spark'?"))
        #expect(try beamstack("validate", "beamstack.yaml").status == 1)
    }

    @Test func valuesOfVariablesAreNeitherNeededNorShownBeforeTheTargetIsUsed() throws {
        #expect(try beamstack("init").status == 0)
        try folder.write(
            "beamstack.yaml",
            "targets:\n  far: {engine: spark, address: \"spark://${env:FAR_HOST}:7077\", settings: {a.token: \"${env:TOK}\"}}\n"
        )
        #expect(try beamstack("run", "-q", "orders.yaml").status == 0)
        let listed = try beamstack("targets", "--format", "json", environment: ["FAR_HOST": "geheim", "TOK": "geheim"])
        #expect(listed.output.contains("${env:FAR_HOST}") && !listed.output.contains("geheim"))
        let run = try beamstack("run", "orders.yaml", "--target", "far")
        #expect(run.status == 1 && run.messages.contains("'FAR_HOST' is not set"))
    }
}
