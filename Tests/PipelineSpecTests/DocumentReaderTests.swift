import Diagnostics
import PipelineSpec
import Testing

struct DocumentReaderTests {
    private func read(_ text: String, _ files: [String: String] = [:]) -> (
        document: PipelineDocument?, diagnostics: [Diagnostic]
    ) {
        DocumentReader(loader: MemoryLoader(files: files)).read(text: text, path: "dir/p.yaml")
    }

    @Test func readsWhatIsWritten() throws {
        let (document, diagnostics) = read(
            """
            pipeline:
              type: composite
              source: {type: Create, config: {elements: [1]}}
              transforms:
                - type: Filter
                  name: Keep
                  input: Create
                - type: Sql
                  input: {a: Keep, b: [Create, Keep.errors]}
                  output: {out: x}
                - type: PyTransform
                  input: {}
                - type: Flatten
                  input: [Keep, Sql]
                - type: chain
                  input: Keep
                  transforms: [{type: Explode}]
                  extra_transforms: [{type: LogForTesting, input: Explode}]
              sink: {type: WriteToJson}
              windowing: {type: fixed, size: 1}
            options: {streaming: true}
            tests:
              - name: t
                mock_outputs: [{name: Create, elements: [{a: 1}]}]
                expected_outputs: [{name: Keep, elements: []}]
            """)
        #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
        let pipeline = try #require(document?.pipeline)
        #expect(pipeline.transforms.map(\.type.text) == ["Filter", "Sql", "PyTransform", "Flatten", "chain"])
        #expect(pipeline.source?.type.text == "Create")
        #expect(pipeline.sink?.input.isAbsent == true)
        #expect(pipeline.transforms[0].name?.text == "Keep")
        guard case .map(let entries, _) = pipeline.transforms[1].input,
            case .one(let one) = pipeline.transforms[0].input,
            case .explicitlyNone(let none) = pipeline.transforms[2].input,
            case .list(let list, _) = pipeline.transforms[3].input
        else {
            Issue.record("the inputs have other forms")
            return
        }
        #expect(
            entries.map { "\($0.name.text)=\($0.references.map(\.text))" } == [
                "a=[\"Keep\"]", "b=[\"Create\", \"Keep.errors\"]",
            ])
        #expect(one.range.location == "dir/p.yaml:7:14")
        #expect(none.text == "{}")
        #expect(list.map(\.text) == ["Keep", "Sql"])
        #expect(pipeline.transforms[4].extraTransforms.count == 1)
        #expect(document?.tests.first?.expectedOutputs.first?.name?.text == "Keep")
        #expect(document?.options?["streaming"]?.scalar?.value == .bool(true))
    }

    @Test func acceptsABareList() {
        #expect(read("pipeline:\n- type: Create\n").document?.pipeline.transforms.count == 1)
    }

    @Test(arguments: [
        (
            "pipeline:\n  transforms:\n    - type: Create\n      «elements»: []",
            "unknown-key: unknown key 'elements' in transform 'Create'"
        ),
        (
            "pipeline:\n  transforms:\n    - type: Create\n      «confg»: {}",
            "unknown-key: unknown key 'confg' in transform 'Create'"
        ),
        ("pipeline:\n  transforms:\n    - name: «x»", "missing-type: the transform 'x' has no 'type'"),
        ("pipeline:\n  transforms:\n    - «typ»: Create", "missing-type: the transform has no 'type'"),
        ("pipeline:\n  transforms: «{type: Create}»", "invalid-structure: 'transforms' must be a list, found a map"),
        ("pipeline:\n  transforms: [«Create»]", "invalid-structure: a transform must be a map, found a string"),
        ("pipeline:\n  transforms:\n    - type: «5»", "invalid-structure: 'type' must be a string, found an integer"),
        (
            "pipeline:\n  transforms:\n    - type: Create\n      config: «[1]»",
            "invalid-structure: 'config' must be a map, found a list"
        ),
        (
            "pipeline:\n  transforms:\n    - type: A\n      input: [«yes»]",
            "invalid-structure: a reference in 'input' must be a string, found a boolean"
        ),
        (
            "pipeline:\n  type: chain\n  transforms:\n    - type: A\n    - type: B\n      «input»: A",
            "chain-connection: 'B' is part of a chain and cannot have an 'input'"
        ),
        ("pipeline:\n  «type: chain»", "invalid-structure: 'pipeline' has no 'transforms'"),
        (
            "pipeline:\n  type: «Create»\n  transforms: []",
            "invalid-structure: a pipeline is 'composite' or 'chain', not 'Create'"
        ),
        ("pipeline:\n  transforms: []\n  «transform»: []", "unknown-key: unknown key 'transform' in 'pipeline'"),
        ("«transforms»: []\ntype: x", "unknown-key: unknown top-level key 'transforms' has no effect"),
        ("pipeline: {transforms: []}\n«optoins»: {}", "unknown-key: unknown top-level key 'optoins' has no effect"),
        ("«- a»", "invalid-structure: a pipeline file must be a map, found a list"),
        ("pipeline: «text»", "invalid-structure: 'pipeline' must be a map, found a string"),
        ("pipeline: {transforms: []}\nproviders: [{include: «none.yaml»}]", "missing-include: no file 'dir/none.yaml'"),
        ("pipeline: {transforms: []}\ntests:\n  - «name: x»", "invalid-structure: the test expects nothing"),
    ])
    func pointsAtStructuralMistakes(_ source: String, _ expected: String) {
        let marked = MarkedText(source)
        let found = marked.describe(read(marked.text).diagnostics)
        if source.hasPrefix("«transforms»") {
            #expect(found.first == expected)
            #expect(found.last?.hasPrefix("invalid-structure: the file has no 'pipeline'") == true)
        } else {
            #expect(found == [expected])
        }
    }

    @Test func tellsWhereParametersBelong() {
        let text = "pipeline:\n  transforms:\n    - type: ReadFromCsv\n      path: x\n      nme: y\n"
        #expect(read(text).diagnostics.map(\.hint) == ["parameters go below 'config'", "did you mean 'name'?"])
    }

    @Test func reportsAllMistakesAtOnce() {
        let text =
            "pipeline:\n  transforms:\n    - name: x\n    - type: 5\n    - type: A\n      foo_bar_x: 1\n  zzzzzz: 1\n"
        #expect(read(text).diagnostics.count == 4)
    }

    @Test func includesProviderListings() throws {
        let files = [
            "dir/sub/list.yaml":
                "- type: yaml\n  transforms:\n    Twice:\n      body: {type: A}\n- include: more.yaml\n",
            "dir/sub/more.yaml": "- type: python\n  config: {}\n  transforms: {F: 'lambda x: x'}\n",
        ]
        let (document, diagnostics) = read(
            "pipeline: {transforms: []}\nproviders:\n  - include: sub/list.yaml\n", files)
        #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
        #expect(document?.providers.map(\.type.text) == ["yaml", "python"])
        #expect(document?.providers.first?.yamlTransforms.first?.name.range.location == "dir/sub/list.yaml:3:5")
        #expect(document?.providers.last?.directory == "dir/sub")
    }

    @Test func findsProvidersThatIncludeThemselves() {
        let files = ["dir/a.yaml": "- include: a.yaml\n"]
        let found = read("pipeline: {transforms: []}\nproviders: [{include: a.yaml}]", files).diagnostics
        #expect(found.map(\.message) == ["'dir/a.yaml' includes itself"])
    }

    @Test func readsTestSuites() {
        let suite = "tests:\n  - name: '{{ as it is }}'\n    expected_inputs: [{name: A, elements: []}]\n"
        let reader = DocumentReader(loader: MemoryLoader(files: ["t.yaml": suite, "no.yaml": "a: 1"]))
        let (tests, diagnostics) = reader.readTests(path: "t.yaml")
        #expect(diagnostics.isEmpty)
        #expect(tests.map { $0.name?.text } == ["{{ as it is }}"])
        #expect(reader.readTests(path: "no.yaml").diagnostics.map(\.message) == ["the test suite has no 'tests'"])
    }

    @Test func explainsEveryCode() {
        let codes = DiagnosticCode.pipelineSpecCodes
        #expect(Set(codes.map(\.id)).count == codes.count)
        #expect(codes.allSatisfy { !$0.summary.isEmpty && !$0.explanation.isEmpty })
    }

    @Test func survivesOddEncodings() {
        let loader = MemoryLoader()
        #expect(DocumentReader(loader: loader).read(path: "no.yaml").diagnostics.map(\.code) == [.missingPipelineFile])
        #expect(read("\u{FEFF}pipeline:\r\n  transforms: []\r\n").diagnostics.isEmpty)
    }
}
