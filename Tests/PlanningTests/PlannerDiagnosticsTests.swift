import Diagnostics
import Testing

@testable import Planning

/// Each kind of problem, its place and its hint; nothing else is reported.
@Suite struct PlannerDiagnosticsTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let text: String
        let problem: String
        let hint: String
        var testDescription: String { problem }

        init(_ text: String, _ problem: String, hint: String) {
            self.text = text
            self.problem = problem
            self.hint = hint
        }
    }

    static let chains: [Case] = [
        Case(
            "- type: «MapToField»\n  config: {fields: {a: id}}",
            "unknown-transform: there is no transform 'MapToField'", hint: "did you mean 'MapToFields'?"),
        Case(
            "- type: Explode\n  config: {fields: tags, «cros_product»: true}",
            "unknown-parameter: 'Explode' has no parameter 'cros_product'", hint: "did you mean 'cross_product'?"),
        Case(
            "- type: Combine\n  config:\n    group_by: shop\n    combine: {id: max}\n    «error_handling»: {output: bad}",
            "unknown-parameter: 'Combine' has no error handling",
            hint: "remove 'error_handling'; a failing row ends the run"),
        Case(
            "- type: «Filter»\n  config: {language: python}",
            "missing-parameter: 'Filter' needs the parameter 'keep'", hint: "add 'keep': an expression"),
        Case(
            "- type: MapToFields\n  config: {append: «3», fields: {a: id}}",
            "wrong-parameter-type: 'append' expects a boolean, but this is an integer", hint: "write a boolean"),
        Case(
            "- type: LogForTesting\n  config: {level: «WARN»}",
            "wrong-parameter-type: 'level' cannot be 'WARN'", hint: "choices: 'INFO', 'ERROR', 'DEBUG'"),
        Case(
            "- type: Combine\n  config: {group_by: «shopp», combine: {id: max}}",
            "unknown-input-field: 'shopp' is not a field of the input", hint: "did you mean 'shop'?"),
        Case(
            "- type: MapToFields\n  config: {append: true, fields: {«price»: id}}",
            "field-redefined: 'price' is already a field of the input",
            hint: "add 'drop: [price]', or give the new field another name"),
        Case(
            "- type: MapToFields\n  config: {drop: [«id»], fields: {a: shop}}",
            "drop-without-append: 'drop' has no effect without 'append'",
            hint: "add 'append: true', or remove 'drop'"),
        Case(
            "- type: WindowInto\n  windowing: {type: fixed, size: «1 week»}",
            "invalid-window: 'week' is not a unit of time", hint: "units: 'ms', 's', 'm', 'h', 'd'"),
        Case(
            "- type: WindowInto\n  windowing: {type: fixed, size: «0s»}",
            "invalid-window: 'size' must be more than 0", hint: "write a duration such as 'size: 60s'"),
        Case(
            "- type: WindowInto\n  windowing: {type: «session», gap: 3}",
            "invalid-window: there are no 'session' windows", hint: "did you mean 'sessions'?"),
        Case(
            "- type: WindowInto\n  windowing: {type: sliding, size: 1h, period: «1ms»}",
            "invalid-window: each row would be in 3600000 windows",
            hint: "make 'period' longer: a row may be in 10000 windows"),
        Case(
            "- type: Combine\n  config: {group_by: [], combine: {x: {value: «shop», fn: concat}}}",
            "wrong-aggregation: 'concat' cannot fold values of type string",
            hint: "use 'group' for a list of the values"),
        Case(
            "- type: Filter\n  config:\n    keep: {callable: «'lambda row: row.id'»}",
            "invalid-expression-form: 'keep' is a callable, but the step has no language for it",
            hint: "add 'language: python' to the step's config"),
        Case(
            "- type: Filter\n  config:\n    language: python\n    keep: {path: «gone.py», name: f}",
            "unreadable-callable: cannot read 'gone.py': there is no such file",
            hint: "give a path from the current folder or from the pipeline's file"),
        Case(
            "- type: Partition\n  config: {by: «price», outputs: [a]}",
            "wrong-expression-type: 'by' must be a string, and this is double",
            hint: "convert it, such as 'str(…)', with 'language: python'"),
        Case(
            "- type: Explode\n  config: {fields: «id»}",
            "wrong-expression-type: 'id' has type int64 and no elements",
            hint: "explode a list, such as one that 'split' makes"),
        Case(
            "- type: Combine\n  config: {group_by: [], combine: {x: {value: id, fn: «summ»}}}",
            "unknown-aggregation: 'summ' is not a function of 'Combine'", hint: "did you mean 'sum'?"),
        Case(
            "- type: Combine\n  config: {group_by: [], combine: {x: {value: «shop», fn: mean}}}",
            "wrong-aggregation: 'mean' cannot fold values of type string",
            hint: "convert them in 'value', such as 'value: float(x)'"),
        Case(
            "- type: ValidateWithSchema\n  config: {schema: {type: object, properties: {id: {type: «str»}}}}",
            "invalid-schema: 'str' is not a type of JSON Schema", hint: "did you mean 'string'?"),
        Case(
            "- type: ValidateWithSchema\n  config: {schema: «{type: object, properties: {id: {type: string}}}»}",
            "incompatible-schema: 'id' has type int64, but the schema says 'string'",
            hint: "change the schema, or convert the field before"),
        Case(
            "- type: «WriteToText»\n  config: {path: out}",
            "wrong-input-schema: 'WriteToText' needs rows with exactly one field, and these have 5",
            hint: "make one with 'MapToFields', or use 'WriteToCsv' or 'WriteToJson'"),
        Case(
            "- type: Filter\n  config:\n    language: python\n    keep: «pirce» > 10",
            "unknown-field: 'pirce' is not a field of the input", hint: "did you mean 'price'?"),
    ]

    @Test(arguments: chains)
    func chain(_ item: Case) {
        check(PlannerFixture.orders(item.text), item)
    }

    static let composites: [Case] = [
        Case(
            "- type: LogForTesting\n  input: «Order»", "unknown-input: there is no transform 'Order'",
            hint: "did you mean 'Orders'?"),
        Case(
            "- type: «LogForTesting»", "missing-input: 'LogForTesting' has no input",
            hint: "add 'input: NAME', or write 'type: chain' for transforms that read one another in turn"),
        Case(
            "- type: Create\n  input: «Orders»\n  config: {elements: [1]}",
            "unexpected-input: 'Create' reads no input", hint: "remove its 'input', or put it at the start"),
        Case(
            "- {type: Create, config: {elements: [1]}}\n- {type: Create, config: {elements: [1]}}\n"
                + "- type: LogForTesting\n  input: «Create»",
            "ambiguous-input: 'Create' may be one of 2 transforms",
            hint: "give each of them a 'name' of its own and refer to that"),
        Case(
            "- type: Partition\n  name: P\n  input: Orders\n  config: {by: shop, outputs: [a, b]}\n"
                + "- type: LogForTesting\n  input: «P»",
            "ambiguous-output: 'P' has 2 outputs", hint: "name one: 'P.a', 'P.b'"),
        Case(
            "- type: Partition\n  name: P\n  input: Orders\n  config: {by: shop, outputs: [north, south]}\n"
                + "- type: LogForTesting\n  input: «P.nort»",
            "unknown-output: 'P' has no output 'nort'", hint: "did you mean 'north'?"),
        Case(
            "- {type: Flatten, name: A, input: «B»}\n- {type: Flatten, name: B, input: C}\n"
                + "- {type: Flatten, name: C, input: A}",
            "cycle: the transforms read each other in a cycle", hint: "let one of them read something else"),
        Case(
            "- {type: Flatten, name: A, input: «A»}", "cycle: 'A' reads its own output",
            hint: "let one of them read something else"),
        Case(
            "- {type: Create, name: X, config: {elements: [1]}}\n- {type: Create, name: «X», config: {elements: [1]}}",
            "duplicate-name: two transforms are named 'X'", hint: "give each a name of its own"),
        Case(
            "- type: Filter\n  name: F\n  input: Orders\n  config: {keep: id > 1, error_handling: {output: «bad»}}",
            "unconsumed-error-output: nothing reads the error output 'F.bad'",
            hint: "read 'F.bad' in another transform, such as a sink for failing rows, or remove 'error_handling'"),
        Case(
            "- {type: ReadFromCsv, name: Shops, config: {path: shops.csv}}\n- type: Join\n"
                + "  input: {o: Orders, s: Shops}\n  config:\n    equalities: [{o: shop, s: «cod»}]",
            "unknown-input-field: 'cod' is not a field of the input 's'", hint: "did you mean 'code'?"),
        Case(
            "- {type: ReadFromCsv, name: Shops, config: {path: shops.csv}}\n- type: Join\n"
                + "  input: {o: Orders, s: Shops}\n  config:\n    equalities: «[{o: id, s: code}]»",
            "invalid-join: 'id' is int64 and 'code' is string: they are never equal",
            hint: "convert one of them with 'MapToFields' before the join"),
    ]

    @Test(arguments: composites)
    func composite(_ item: Case) {
        check(PlannerFixture.composite(item.text), item)
    }

    private func check(_ text: String, _ item: Case) {
        let result = PlannerFixture().plan(text)
        #expect(result.problems == [item.problem])
        #expect(result.diagnostics.first?.hint == item.hint)
        #expect((result.plan == nil) == result.diagnostics.hasErrors)
    }

    @Test func cycleShowsItsPath() {
        let result = PlannerFixture().plan(
            PlannerFixture.composite("- {type: Flatten, name: A, input: B}\n- {type: Flatten, name: B, input: A}"))
        #expect(result.diagnostics.map(\.notes) == [["A → B → A"]])
    }

    @Test func allProblemsAtOnce() {
        let result = PlannerFixture().plan(
            PlannerFixture.composite(
                """
                - {type: Filter, input: Orders, config: {keep: nothing}}
                - {type: Explode, input: Orders, config: {}}
                - {type: Unheard, input: Orders}
                """))
        #expect(result.diagnostics.map(\.code.id) == ["unknown-field", "missing-parameter", "unknown-transform"])
    }

    @Test func missingFilesAreWarningsWhereNothingRuns() {
        let text = """
            pipeline:
              type: chain
              transforms:
                - {type: ReadFromCsv, config: {path: «gone.csv»}}
                - {type: Filter, config: {language: python, keep: whatever > 3}}
                - {type: WriteToCsv, config: {path: out.csv}}
            """
        let lenient = PlannerFixture(options: PlanningOptions(missingFilesAreErrors: false)).plan(text)
        #expect(lenient.problems == ["no-file-matches: no file matches 'gone.csv'"])
        #expect(lenient.plan?.foreignSteps.map(\.foreign.requirement) == ["schema", "schema"])
        #expect(PlannerFixture().plan(text).plan == nil)
    }

    @Test(arguments: [
        ("- {type: Filter, config: {keep: «price >= 3»}}", "Beam's generic expressions have only '<' and '>'"),
        ("- {type: WindowInto, windowing: {type: fixed, size: «1d»}}", "Beam's 'd' is 12 hours"),
    ])
    func portability(text: String, message: String) {
        var options = PlanningOptions()
        #expect(PlannerFixture(options: options).plan(PlannerFixture.orders(text)).diagnostics.isEmpty)
        options.portable = true
        let result = PlannerFixture(options: options).plan(PlannerFixture.orders(text))
        #expect(result.problems == ["not-portable: \(message)"])
        #expect(result.plan != nil)
    }

    @Test func everyCodeIsExplained() {
        #expect(Set(DiagnosticCode.planningCodes.map(\.id)).count == DiagnosticCode.planningCodes.count)
        for code in DiagnosticCode.planningCodes {
            #expect(!code.summary.isEmpty)
            #expect(code.explanation.contains("Better:"), "\(code.id)")
        }
    }
}
