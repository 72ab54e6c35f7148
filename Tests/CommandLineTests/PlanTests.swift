import Foundation
import Testing

struct PlanTests {
    @Test(arguments: ExamplesTests.names) func hasEveryFormat(_ name: String) throws {
        for format in ["text", "json", "dot", "mermaid", "svg"] {
            let result = try Beamstack.run(
                ["plan", "examples/\(name)", "--format", format] + ExamplesTests.arguments(of: name))
            #expect(result.status == 0, "\(result.messages)")
            switch format {
            case "json": _ = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
            case "dot": #expect(result.output.hasPrefix("digraph"))
            case "mermaid": #expect(result.output.contains("flowchart TD"))
            case "svg":
                #expect(result.output.contains("<svg"))
                #expect(result.output.contains("</svg>"))
            default: #expect(result.output.contains("examples/\(name):"))
            }
        }
    }

    @Test func showsWhatTemplatesRender() throws {
        let result = try Beamstack.run("plan", "examples/templated.yaml", "--set", "shop=Market", "--rendered")
        #expect(result.status == 0)
        #expect(result.output.contains("keep: shop == \"Market\""))
        #expect(!result.output.contains("{{"))
    }

    @Test func thePicturesOfTheReadmeAreUpToDate() throws {
        let result = try Beamstack.run("plan", "examples/join.yaml", "--format", "svg")
        #expect(try Repository.text("docs/images/join.svg") == result.output)
    }
}
