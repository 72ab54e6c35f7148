import DataModel
import Diagnostics
import Foundation
import Testing

@testable import Planning

@Suite struct PlanRendererTests {
    private let renderer = PlanRenderer()

    @Test func listing() {
        let text = renderer.render(PlanFixtures.shop, as: .text)
        #expect(
            text == """
                shop.yaml  8 steps in 4 passes, 1 foreign

                pass 1
                ─ Shops  ReadFromCsv
                      CSV files /data/Shops.csv
                    → code: string, city: string

                pass 2  after pass 1
                ─ Locate  PyTransform
                    ← Shops  (rows change hands)
                      needs python: field 'city' calls 'geo.lookup', which only Python can run
                    → fields known when it runs

                pass 3  after pass 2
                ┌ Sales  ReadFromCsv
                │     CSV files /data/Sales.csv
                │   → id: int64, shop: string?, price: double
                ├ Check  ValidateWithSchema
                │   ← Sales
                │     the rows of its input
                │   → output: id: int64, shop: string?, price: double
                │   → bad rows: failures, element: row<id: int64, shop: string?, price: double>, msg: string,
                │       stack: string
                ├ WithCity  Join
                │   ← input0: Check.output
                │   ← input1: Locate  (rows change hands)
                │     left join with input1 on input0.shop = input1.field 0
                │   → id: int64, city: string?
                └ Rejects  WriteToJson
                    ← Check.bad rows
                      JSON files /out/totals

                pass 4  after pass 3
                ┌ Totals  Combine
                │   ← WithCity  (all rows first: groups)
                │     group by city and window (fixed 1h)
                │   → id: int64, city: string?  [fixed 1h]
                └ Out  WriteToJson
                    ← Totals
                      JSON files /out/totals

                """)
    }

    @Test func listingWrapsAtTheWidth() {
        let text = PlanRenderer(width: 60).render(PlanFixtures.shop, as: .text)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
    }

    @Test func listingNamesTheLine() {
        let file = SourceFile(path: "p.yaml", text: "a\nb\n- type: Create\n")
        let step = PlanFixtures.step(
            0, "Create", "Create", .create(rows: [RowValue(["a": .int(1)])]), from: [],
            range: SourceRange(file: file, start: 6, end: 10))
        let text = renderer.render(Plan(path: "p.yaml", steps: [step]), as: .text)
        #expect(text.contains("─ Create  p.yaml:3\n"))
        #expect(text.contains("1 row written in the pipeline"))
    }

    @Test func jsonIsStable() throws {
        let text = renderer.render(PlanFixtures.shop, as: .json)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(Set(object.keys) == ["path", "steps", "passes"])
        let steps = try #require(object["steps"] as? [[String: Any]])
        #expect(steps.count == 8)
        #expect(
            Set(steps[3].keys) == [
                "id", "name", "transform", "operation", "summary", "location", "pass", "inputs", "outputs",
                "errorHandling", "resourceHints", "foreign",
            ])
        #expect(steps[5]["operation"] as? String == "aggregate")
        let inputs = try #require(steps[5]["inputs"] as? [[String: Any]])
        #expect(inputs[0]["barrier"] as? String == "grouping")
        let outputs = try #require(steps[2]["outputs"] as? [[String: Any]])
        #expect(outputs[1]["error"] as? Bool == true)
        let fields = try #require(outputs[0]["fields"] as? [[String: Any]])
        #expect(fields[1]["type"] as? String == "string")
        #expect(fields[1]["nullable"] as? Bool == true)
    }

    @Test func dot() {
        let dot = renderer.render(PlanFixtures.shop, as: .dot)
        #expect(dot.contains("s2 [label=\"Check\\nValidateWithSchema\"];"))
        #expect(dot.contains("s2 -> s6 [label=\"bad rows\", style=dashed, color=\"#c62828\", fontcolor=\"#c62828\"];"))
        #expect(dot.contains("s3 [label=\"Locate\\nPyTransform\", style=\"rounded,dashed\"];"))
    }

    @Test func mermaid() {
        let text = renderer.render(PlanFixtures.shop, as: .mermaid)
        #expect(text.hasPrefix("flowchart TD\n"))
        #expect(text.contains("s3[\"Locate<br/>PyTransform\"]:::foreign"))
        #expect(text.contains("s2 -.->|\"bad rows\"| s6"))
    }

    @Test func namesCannotBreakOut() throws {
        let plan = PlanFixtures.hostile
        let text = PlanRenderer(width: 1000).render(plan, as: .text)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(text.split(separator: "\n").count == 10)

        let json = try JSONSerialization.jsonObject(with: Data(renderer.render(plan, as: .json).utf8))
        let steps = try #require((json as? [String: Any])?["steps"] as? [[String: Any]])
        #expect(steps[0]["name"] as? String == PlanFixtures.hostileName)

        let dot = renderer.render(plan, as: .dot)
        #expect(dot.split(separator: "\n").count == 8)
        #expect(dot.contains("label=\"a\\\"]; <script>"))
        #expect(dot.contains("\\\\N"))

        let mermaid = renderer.render(plan, as: .mermaid)
        #expect(mermaid.split(separator: "\n").count == 4)
        #expect(mermaid.contains("[\"a#34;#93;#59; #60;script#62;alert(#39;x#39;)"))

        let svg = renderer.render(plan, as: .svg)
        #expect(!svg.contains("<script"))
        #expect(XMLProbe.isWellFormed(svg))
    }

    @Test func drawingIsXMLAndKeepsBoxesApart() {
        let svg = renderer.render(PlanFixtures.shop, as: .svg)
        #expect(XMLProbe.isWellFormed(svg))
        #expect(svg.contains("class=\"edge error\""))
        #expect(svg.contains("class=\"step foreign\""))
        if let folder = ProcessInfo.processInfo.environment["BEAMSTACK_DRAWINGS"] {
            try? Data(svg.utf8).write(to: URL(fileURLWithPath: folder + "/shop.svg"))
            for format in PlanFormat.allCases {
                let text = renderer.render(PlanFixtures.hostile, as: format)
                try? Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/hostile.\(format)"))
            }
            let wide = renderer.render(PlanFixtures.wide, as: .svg)
            try? Data(wide.utf8).write(to: URL(fileURLWithPath: folder + "/wide.svg"))
        }
    }
}

/// The part of XML that drawings use: tags nest, text and attributes hold no markup.
enum XMLProbe {
    static func isWellFormed(_ text: String) -> Bool {
        var open: [Substring] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            let between = rest[..<start]
            if between.contains(">") { return false }
            guard let end = rest[start...].firstIndex(of: ">") else { return false }
            let tag = rest[rest.index(after: start)..<end]
            if tag.contains("<") { return false }
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
            } else if !tag.hasSuffix("/") {
                open.append(tag.prefix { !$0.isWhitespace })
            }
            rest = rest[rest.index(after: end)...]
        }
        return open.isEmpty
    }
}
