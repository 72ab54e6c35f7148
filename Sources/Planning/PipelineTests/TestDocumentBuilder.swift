import Diagnostics
import PipelineSpec

/// Makes the pipeline that one test runs: mocked places give the test's rows, and only what the expectations need is
/// kept.
///
/// Source: `inject_test_tranforms` in Beam's `yaml_testing.py`.
struct TestDocumentBuilder {
    /// A place whose rows are compared: the stand-in transform that collects them.
    struct Check {
        let name: String
        let isInput: Bool
        let elements: TestSpec.Elements
    }

    private let scope: TestScope
    private let test: TestSpec
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var transforms: [TransformSpec] = []
    private(set) var checks: [Check] = []
    /// Members that the test runs.
    private(set) var executed: Set<Int> = []
    /// Members that a mock replaces or whose input is compared.
    private(set) var touched: Set<Int> = []
    private var mockedOutputs: [TestScope.Target: TestSpec.Elements] = [:]
    private var mockedInputs: [Int: TestSpec.Elements] = [:]
    private var placedMocks: [TestScope.Target: String] = [:]

    init(scope: TestScope, test: TestSpec) {
        self.scope = scope
        self.test = test
        readMocks()
        readExpectations()
        consumeErrorOutputs()
    }

    private mutating func readMocks() {
        for mock in test.mockOutputs {
            guard let target = target(of: mock) else { continue }
            if let other = mockedOutputs[target] { reportDuplicate(mock, other) }
            mockedOutputs[target] = mock
            touched.insert(target.member)
        }
        for mock in test.mockInputs {
            guard let target = target(of: mock) else { continue }
            if let other = mockedInputs[target.member] { reportDuplicate(mock, other) }
            mockedInputs[target.member] = mock
        }
    }

    private mutating func readExpectations() {
        if test.expectedOutputs.isEmpty, test.expectedInputs.isEmpty {
            diagnostics.append(
                Diagnostic(
                    .testExpectsNothing, "the test expects nothing", at: test.name?.range ?? test.range,
                    hint: "add 'expected_outputs' or 'expected_inputs'"))
        }
        for expectation in test.expectedOutputs {
            guard let name = expectation.name, let target = target(of: expectation), let node = expectation.elements
            else { continue }
            let source = SpecText(reference(to: target, written: name.text), at: name.range)
            addCheck("CheckExpectedOutput[\(name.text)]", reading: .one(source), expectation, isInput: false, at: node)
        }
        for expectation in test.expectedInputs {
            guard let name = expectation.name, let target = target(of: expectation), let node = expectation.elements
            else { continue }
            touched.insert(target.member)
            let input = self.input(of: target.member)
            if case .map(let entries, _) = input, entries.count > 1 {
                diagnostics.append(
                    Diagnostic(
                        .testSeveralInputs,
                        "'\(name.text)' has \(entries.count) inputs, so its input is not one collection",
                        at: name.range, hint: "expect the outputs that it reads, below 'expected_outputs'"))
                continue
            }
            if input.references.isEmpty {
                diagnostics.append(
                    Diagnostic(
                        .testNoInput, "'\(name.text)' has no input to compare", at: name.range,
                        hint: "expect its output, below 'expected_outputs'"))
                continue
            }
            addCheck("CheckExpectedInput[\(name.text)]", reading: input, expectation, isInput: true, at: node)
        }
    }

    private mutating func addCheck(
        _ name: String, reading input: ConnectionSpec, _ elements: TestSpec.Elements, isInput: Bool, at node: YAMLNode
    ) {
        let unique = checks.contains { $0.name == name } ? "\(name) (\(checks.count + 1))" : name
        let text = SpecText(unique, at: elements.name?.range ?? node.range)
        let references = input.references
        let plain: ConnectionSpec = references.count == 1 ? .one(references[0]) : .list(references, node.range)
        transforms.append(.standIn(type: "Flatten", name: text, input: plain, at: node))
        checks.append(Check(name: unique, isInput: isInput, elements: elements))
    }

    /// The reference to a mock, or to the transform itself, which then has to run.
    private mutating func reference(to target: TestScope.Target, written: String) -> String {
        if let mock = mockedOutputs[target] { return place(mock, for: target) }
        let mocks = mockedOutputs.filter { $0.key.member == target.member }
        if let (other, mock) = mocks.first {
            // `M` and `M.good` are the same where `good` is the output that does not hold failures.
            let named = [other.output, target.output].compactMap { $0 }
            if named.count == 1, mocks.count == 1, named[0] != errorOutput(of: target.member) {
                return place(mock, for: other)
            }
            let name = scope.members[target.member].name.text
            let output = target.output.map { "'\(name).\($0)'" } ?? "the main output of '\(name)'"
            diagnostics.append(
                Diagnostic(
                    .testUnmockedOutput, "\(output) is used but not mocked", at: mock.name?.range ?? mock.range,
                    notes: ["where one output of a transform is mocked, it does not run"],
                    hint: "mock \(output), too"))
            return place(mock, for: other)
        }
        use(target.member)
        let name = scope.members[target.member].name.text
        return target.output.map { "\(name).\($0)" } ?? name
    }

    private mutating func place(_ mock: TestSpec.Elements, for target: TestScope.Target) -> String {
        if let name = placedMocks[target] { return name }
        let name = "MockOutput[\(mock.name?.text ?? "")]"
        placedMocks[target] = name
        if let elements = mock.elements { addCreate(name, elements) }
        return name
    }

    private mutating func addCreate(_ name: String, _ elements: YAMLNode) {
        transforms.append(
            .standIn(
                type: "Create", name: SpecText(name, at: elements.range), input: .absent,
                config: [("elements", elements)], at: elements))
    }

    /// Keeps a transform and what it reads.
    private mutating func use(_ member: Int) {
        guard executed.insert(member).inserted else { return }
        let spec = scope.members[member].spec
        let input = self.input(of: member)
        if input.references.isEmpty { checkSource(member) }
        transforms.append(
            spec.replacing(name: needsName(member) ? scope.members[member].name : spec.name, input: input))
    }

    private func needsName(_ member: Int) -> Bool {
        let spec = scope.members[member].spec
        return scope.members[member].name.text != (spec.name ?? spec.type).text
    }

    /// A member's input with references to mocks where the test has some.
    private mutating func input(of member: Int) -> ConnectionSpec {
        if let mock = mockedInputs[member], let elements = mock.elements {
            let name = "MockInput[\(mock.name?.text ?? "")]"
            if !transforms.contains(where: { $0.name?.text == name }) { addCreate(name, elements) }
            return .one(SpecText(name, at: mock.name?.range ?? mock.range))
        }
        var names: [String: String] = [:]
        let input = scope.members[member].input
        for reference in input.references {
            // What cannot be found stays as written: planning reports it.
            if case .found(let target) = scope.lookup(reference.text) {
                names[reference.text] = self.reference(to: target, written: reference.text)
            }
        }
        return input.mapReferences { SpecText(names[$0.text] ?? $0.text, at: $0.range) }
    }

    private mutating func checkSource(_ member: Int) {
        let spec = scope.members[member].spec
        let isSource: Bool =
            switch scope.members[member].input {
            case .explicitlyNone: true
            default: spec.type.text.hasPrefix("Read")
            }
        let names = [spec.name?.text, spec.type.text]
        guard isSource, spec.type.text != "Create", !test.allowedSources.contains(where: { names.contains($0.text) })
        else { return }
        // A mock whose name is wrong was perhaps meant for this source.
        if diagnostics.contains(where: { [.testUnknownTransform, .testAmbiguousTransform].contains($0.code) }) {
            return
        }
        let name = (spec.name ?? spec.type).text
        diagnostics.append(
            Diagnostic(
                .testUnmockedSource, "the test would read from '\(name)'", at: test.name?.range ?? test.range,
                hint: "give its rows below 'mock_outputs', or list '\(name)' below 'allowed_sources'",
                related: [.init("the source", at: (spec.name ?? spec.type).range)]))
    }

    /// Failures nobody looks at in a test are no mistake of the test.
    private mutating func consumeErrorOutputs() {
        let used = Set(transforms.flatMap { $0.input.references.map(\.text) })
        for member in executed.sorted() {
            guard let output = errorOutput(of: member) else { continue }
            let reference = "\(scope.members[member].name.text).\(output)"
            if used.contains(reference) { continue }
            let node = scope.members[member].spec.node
            transforms.append(
                .standIn(
                    type: "Flatten", name: SpecText("IgnoredFailures[\(reference)]", at: node.range),
                    input: .one(SpecText(reference, at: node.range)), at: node))
        }
    }

    private func errorOutput(of member: Int) -> String? {
        scope.members[member].spec.config?["error_handling"]?["output"]?.string
    }

    private mutating func target(of elements: TestSpec.Elements) -> TestScope.Target? {
        guard let name = elements.name else { return nil }
        switch scope.lookup(name.text) {
        case .found(let target): return target
        case .unknown:
            diagnostics.append(
                Diagnostic(
                    .testUnknownTransform, "the pipeline has no transform '\(name.text)'", at: name.range,
                    hint: Suggestion.hint(for: name.text, among: scope.names, listing: "transforms")))
        case .ambiguous(let places):
            diagnostics.append(
                Diagnostic(
                    .testAmbiguousTransform, "'\(name.text)' may be one of \(places.count) transforms", at: name.range,
                    hint: "give the transform a 'name' of its own",
                    related: places.map { .init("one of them", at: $0) }))
        }
        return nil
    }

    private mutating func reportDuplicate(_ mock: TestSpec.Elements, _ other: TestSpec.Elements) {
        diagnostics.append(
            Diagnostic(
                .testDuplicateMock, "'\(mock.name?.text ?? "")' is mocked twice", at: mock.name?.range ?? mock.range,
                hint: "put all rows into one entry",
                related: [.init("the other mock", at: other.name?.range ?? other.range)]))
    }
}
