import DataModel
import Diagnostics
import Testing

@testable import Planning

@Suite struct PlannerTests {
    private func plan(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Plan {
        let result = PlannerFixture().plan(text)
        #expect(result.problems.isEmpty, sourceLocation: sourceLocation)
        return try #require(result.plan, sourceLocation: sourceLocation)
    }

    /// Names of steps with their inputs: `Log <- A.errors`.
    private func graph(_ plan: Plan) -> [String] {
        plan.steps.map { step in
            let inputs = step.inputs.map { input in
                plan.steps[input.source.step].name + "." + plan[input.source].name
            }
            return inputs.isEmpty ? step.name : "\(step.name) <- \(inputs.joined(separator: ", "))"
        }
    }

    /// The schema of a chain's last step.
    private func schema(_ transforms: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let plan = try plan(PlannerFixture.orders(transforms), sourceLocation: sourceLocation)
        return try #require(plan.steps.last?.outputs.first?.schema, sourceLocation: sourceLocation).description
    }

    @Test func types() throws {
        #expect(
            try schema("- {type: MapToFields, config: {language: python, fields: {a: id + 1, b: id / 2, c: shop}}}")
                == "a: int64, b: double, c: string")
        #expect(
            try schema("- {type: MapToFields, config: {append: true, drop: [tags, note], fields: {n: 3}}}")
                == "id: int64, shop: string, price: double, n: int64")
        #expect(
            try schema(
                "- {type: Combine, config: {group_by: shop, combine: {id: sum, m: {value: price, fn: mean}, "
                    + "n: {value: note, fn: count}, all: {value: note, fn: group}}}}")
                == "shop: string, id: int64, m: double, n: int64, all: list<string?>")
        #expect(
            try schema("- {type: Explode, config: {fields: tags}}")
                == "id: int64, shop: string, price: double, note: string?, tags: string")
        #expect(
            try schema("- {type: ExtractWindowingInfo, config: {fields: {t: timestamp, w: window_string}}}").hasSuffix(
                "t: timestamp, w: string"))
        #expect(
            try schema("- {type: MapToFields, config: {fields: {price: price}}}\n- {type: Reshuffle}")
                == "price: double")
    }

    @Test func createMergesRows() throws {
        let plan = try plan(
            """
            pipeline:
              transforms:
                - type: Create
                  config:
                    elements: [{b: 1, a: x}, {a: y, c: 1.5}, {b: 2, c: 2, d: null}, 7]
            """)
        #expect(
            plan.steps[0].outputs[0].schema?.description == "b: int64?, a: string?, c: any, d: any, element: int64?")
    }

    @Test func joinTypesAndNames() throws {
        let plan = try plan(
            PlannerFixture.composite(
                """
                - {type: ReadFromCsv, name: Shops, config: {path: shops.csv}}
                - type: Join
                  input: {o: Orders, s: Shops}
                  config:
                    type: left
                    equalities: [{o: shop, s: code}]
                    fields: {o: [shop, price]}
                """))
        #expect(
            plan.steps[2].outputs[0].schema?.description
                == "shop: string, price: double, code: string?, city: string?, id: int64?")
        guard case .join(let join) = plan.steps[2].operation else { throw Failure() }
        #expect(join.stages.map(\.kind) == [.left])
        #expect(join.stages[0].equalities.map { [$0.left.input, $0.left.field, $0.right] } == [[0, 1, 0]])
    }

    private struct Failure: Error {}

    @Test func orderOfTheFileDoesNotMatter() throws {
        let plan = try plan(
            """
            pipeline:
              transforms:
                - {type: LogForTesting, name: Z, input: Y}
                - {type: Filter, name: Y, input: X, config: {keep: element > 1}}
                - {type: Create, name: X, config: {elements: [1, 2]}}
            """)
        #expect(graph(plan) == ["X", "Y <- X.output", "Z <- Y.output"])
    }

    @Test func listsAreFlattened() throws {
        let plan = try plan(
            PlannerFixture.composite(
                """
                - {type: ReadFromCsv, name: Shops, config: {path: shops.csv}}
                - {type: LogForTesting, name: L, input: [Orders, Shops]}
                - {type: Flatten, input: [Orders, Shops]}
                """))
        #expect(
            graph(plan) == [
                "Orders", "Shops", "L-Flatten[input] <- Orders.output, Shops.output", "L <- L-Flatten[input].output",
                "Flatten <- Orders.output, Shops.output",
            ])
        #expect(plan.steps[2].outputs[0].schema?["id"]?.type == .int64)
        #expect(plan.steps[2].outputs[0].schema?["city"]?.type == .string.nullable)
    }

    @Test func errorOutputs() throws {
        let plan = try plan(
            PlannerFixture.composite(
                """
                - {type: Filter, name: F, input: Orders, config: {keep: id > 1, error_handling: {output: bad, threshold: 0.5}}}
                - {type: LogForTesting, name: A, input: F}
                - {type: LogForTesting, name: B, input: F.good}
                - {type: StripErrorMetadata, name: C, input: F.bad}
                """))
        #expect(graph(plan) == ["Orders", "F <- Orders.output", "A <- F.output", "B <- F.output", "C <- F.bad"])
        #expect(plan.steps[1].errorOutput == 1)
        #expect(plan.steps[1].errorHandling?.threshold == 0.5)
        #expect(plan.steps[4].outputs[0].schema == plan.steps[0].outputs[0].schema)
    }

    @Test func nestedBlocks() throws {
        let plan = try plan(
            PlannerFixture.composite(
                """
                - type: composite
                  name: Clean
                  input: {rows: Orders}
                  transforms:
                    - {type: Filter, input: rows, config: {keep: id > 1}}
                    - {type: Filter, name: Dear, input: Filter, config: {keep: price > 1}}
                  output: {all: Filter, dear: Dear}
                - type: chain
                  name: Out
                  input: Clean.dear
                  transforms:
                    - {type: LogForTesting}
                - {type: Flatten, name: Last, input: Out}
                - type: composite
                  name: Implied
                  input: Orders
                  transforms: [{type: LogForTesting}, {type: Reshuffle}]
                - {type: Flatten, name: Very, input: Implied}
                """))
        #expect(
            graph(plan) == [
                "Orders", "Clean/Filter <- Orders.output", "Clean/Dear <- Clean/Filter.output",
                "Out/LogForTesting <- Clean/Dear.output", "Last <- Out/LogForTesting.output",
                "Implied/LogForTesting <- Orders.output", "Implied/Reshuffle <- Implied/LogForTesting.output",
                "Very <- Implied/Reshuffle.output",
            ])
    }

    @Test func windowing() throws {
        let plan = try plan(
            """
            pipeline:
              type: chain
              windowing: {type: fixed, size: 60}
              transforms:
                - {type: ReadFromCsv, config: {path: orders.csv}}
                - type: Combine
                  config: {group_by: shop, combine: {id: sum}}
                  windowing: {type: sliding, size: 1h, period: 1.5m}
            """)
        #expect(
            graph(plan) == [
                "ReadFromCsv", "ReadFromCsv/WindowInto[output] <- ReadFromCsv.output",
                "Combine/WindowInto[input] <- ReadFromCsv/WindowInto[output].output",
                "Combine <- Combine/WindowInto[input].output",
            ])
        #expect(plan.steps[1].outputs[0].windowing == .fixed(size: 60_000_000, offset: 0))
        guard case .aggregate(let aggregate) = plan.steps[3].operation else { throw Failure() }
        #expect(aggregate.windowing == .sliding(size: 3_600_000_000, period: 90_000_000, offset: 0))
        #expect(plan.steps[3].outputs[0].windowing == aggregate.windowing)
    }

    @Test func outputSchemaIsValidated() throws {
        let plan = try plan(
            PlannerFixture.composite(
                """
                - type: MapToFields
                  name: M
                  input: Orders
                  config:
                    fields: {id: id}
                    error_handling: {output: bad}
                    output_schema: {type: object, properties: {id: {type: integer, minimum: 1}}}
                - {type: LogForTesting, name: A, input: M}
                - {type: LogForTesting, name: B, input: M.bad}
                """))
        #expect(
            graph(plan) == [
                "Orders", "M <- Orders.output", "M/ValidateWithSchema <- M.output",
                "M/Failures <- M.bad, M/ValidateWithSchema.bad", "A <- M/ValidateWithSchema.output",
                "B <- M/Failures.output",
            ])
    }

    @Test func foreignSteps() throws {
        let plan = try plan(
            PlannerFixture.orders(
                """
                - type: MapToFields
                  config:
                    language: python
                    fields:
                      a: id
                      b: {callable: "import numpy\\ndef f(row): return numpy.array(row.id)", output_type: integer}
                - {type: Filter, config: {language: python, keep: a > b}}
                - {type: PyTransform, config: {constructor: my.module.Thing}}
                - {type: LogForTesting}
                """))
        let functions = plan.steps[1].operation.functions
        #expect(functions.map(\.requirements) == [["numpy"]])
        #expect(functions.first?.reason.hasPrefix("field 'b' ") == true)
        #expect(functions.first?.line == 10)
        #expect(plan.steps[1].outputs[0].schema?.description == "a: int64, b: int64")
        let foreign = plan.foreignSteps
        #expect(foreign.map(\.foreign.requirement) == ["python", "schema"])
        #expect(foreign.first?.foreign.task?.name == "transforms.beam")
        #expect(foreign.first?.foreign.task?.requirements == ["apache-beam[yaml]==2.77.0"])
    }

    /// What only Python computes is computed before grouping, what only Python folds is folded behind it.
    @Test func combineWithForeignParts() throws {
        let plan = try plan(
            PlannerFixture.orders(
                """
                - type: Combine
                  name: Tops
                  config:
                    language: python
                    group_by: shop
                    combine:
                      worth: {value: {callable: "import fractions\\ndef f(row): return fractions.Fraction(row.id)"}, fn: max}
                      top: {value: price, fn: {type: pkg.mod.Top, config: {n: 2}}}
                """))
        #expect(
            graph(plan) == [
                "ReadFromCsv", "Tops/Values <- ReadFromCsv.output", "Tops/Group <- Tops/Values.output",
                "Tops <- Tops/Group.output",
            ])
        try #require(plan.steps.count == 4)
        #expect(plan.steps[1].outputs[0].schema?.description == "shop: string, worth: any, top: double")
        #expect(plan.steps[2].outputs[0].schema?.description == "shop: string, worth: any, top: list<double>")
        let fold = try #require(plan.steps[3].operation.functions.first)
        #expect(fold.form == .combine)
        #expect(fold.fields == [2])
        #expect(fold.arguments?.compact == #"{"n":2}"#)
        #expect(plan.steps[3].outputs[0].schema?.description == "shop: string, worth: any, top: any")
    }

    @Test func yamlProviders() throws {
        let plan = try plan(
            """
            pipeline:
              type: chain
              transforms:
                - {type: ReadFromCsv, config: {path: orders.csv}}
                - {type: Above, name: Dear, config: {limit: 10}}
                - {type: Total}
            providers:
              - type: yaml
                transforms:
                  Above:
                    config_schema: {properties: {limit: {type: integer}}}
                    body:
                      type: Filter
                      config: {keep: "price > {% raw %}{{limit}}{% endraw %}"}
                  Total:
                    body:
                      type: chain
                      transforms:
                        - {type: Combine, config: {group_by: [], combine: {price: sum}}}
                        - {type: LogForTesting}
            """)
        #expect(
            graph(plan) == [
                "ReadFromCsv", "Dear <- ReadFromCsv.output", "Total/Combine <- Dear.output",
                "Total/LogForTesting <- Total/Combine.output",
            ])
    }

    @Test func callableFromAFile() throws {
        let fixture = PlannerFixture(files: ["dir/good.py": "def good(row):\n    return row.price > 3\n"])
        let text = PlannerFixture.orders(
            "- {type: Filter, config: {language: python, keep: {path: good.py, name: good}}}")
        #expect(fixture.plan(text).problems.isEmpty)
        let broken = PlannerFixture(files: ["dir/good.py": "def good(row):\n    return row.pirce > 3\n"]).plan(text)
        #expect(broken.diagnostics.map(\.code.id) == ["unknown-field"])
        #expect(broken.diagnostics.first?.range?.location == "dir/good.py:2:12")
    }

    @Test func longChainsOfReferences() throws {
        // In reverse order, so that every transform reads one that the file has later.
        let count = 3000
        var text = "pipeline:\n  transforms:\n"
        for number in (1..<count).reversed() {
            text += "    - {type: Reshuffle, name: N\(number), input: N\(number - 1)}\n"
        }
        text += "    - {type: Create, name: N0, config: {elements: [1]}}\n"
        #expect(try plan(text).steps.count == count)
    }

    @Test func namesWithDots() throws {
        let plan = try plan(
            """
            pipeline:
              transforms:
                - {type: Create, name: v1.0, config: {elements: [1]}}
                - {type: LogForTesting, input: v1.0}
            """)
        #expect(graph(plan) == ["v1.0", "LogForTesting <- v1.0.output"])
    }

    @Test func everyTransformIsDocumented() {
        for definition in Catalogue.standard.transforms {
            #expect(!definition.summary.isEmpty, "\(definition.name)")
            #expect(Set(definition.allParameters.map(\.name)).count == definition.allParameters.count)
        }
        #expect(Catalogue.standard.transforms.count > 50)
        #expect(Set(Catalogue.standard.names).count == Catalogue.standard.names.count)
    }

    /// The fields of an example are its own; its type and its parameters are checked.
    @Test(arguments: Catalogue.standard.transforms.filter { $0.example != nil }.map(\.name))
    func examplesNameTheirParametersRightly(name: String) throws {
        let example = try #require(Catalogue.standard[name]?.example)
        #expect(example.hasPrefix("type: \(name)\n"))
        let lines = example.split(separator: "\n").enumerated().map { ($0 == 0 ? "- " : "  ") + $1 }
        let result = PlannerFixture().plan(PlannerFixture.composite(lines.joined(separator: "\n")))
        let codes = Set(result.diagnostics.map(\.code.id))
        #expect(
            codes.isDisjoint(with: [
                "unknown-transform", "unknown-parameter", "missing-parameter", "wrong-parameter-type", "unknown-key",
                "invalid-window", "yaml-syntax", "invalid-structure",
            ]), "\(result.problems)")
    }
}
