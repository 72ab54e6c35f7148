import Diagnostics

extension StructureReader {
    mutating func tests(_ node: YAMLNode) -> [TestSpec] {
        var result: [TestSpec] = []
        for item in list(node, "'tests'", hint: "start each test with '- '") {
            if let test = test(item) { result.append(test) }
        }
        return result
    }

    /// One test, also for a file given by `--test_suite`.
    mutating func test(_ node: YAMLNode) -> TestSpec? {
        guard let pairs = map(node, "a test") else { return nil }
        checkKeys(of: pairs, in: "a test", allowed: SpecKeys.test)
        if node["expected_inputs"] == nil, node["expected_outputs"] == nil {
            report(
                .invalidStructure, "the test expects nothing", at: node.place,
                hint: "add 'expected_outputs' or 'expected_inputs'")
        }
        var allowed: [SpecText] = []
        for item in node["allowed_sources"].map({ list($0, "'allowed_sources'") }) ?? [] {
            if let source = text(item, "an allowed source") { allowed.append(source) }
        }
        return TestSpec(
            name: node["name"].flatMap { text($0, "'name'") }, mockInputs: elements(node, "mock_inputs"),
            mockOutputs: elements(node, "mock_outputs"), expectedInputs: elements(node, "expected_inputs"),
            expectedOutputs: elements(node, "expected_outputs"), allowedSources: allowed, node: node)
    }

    private mutating func elements(_ test: YAMLNode, _ key: String) -> [TestSpec.Elements] {
        guard let node = test[key] else { return [] }
        var result: [TestSpec.Elements] = []
        for item in list(node, "'\(key)'") {
            guard let pairs = map(item, "an entry of '\(key)'") else { continue }
            checkKeys(of: pairs, in: "'\(key)'", allowed: SpecKeys.testElements)
            if item["name"] == nil {
                report(
                    .invalidStructure, "the entry of '\(key)' names no transform", at: item.place,
                    hint: "add 'name: TRANSFORM'")
            }
            if item["elements"] == nil {
                report(
                    .invalidStructure, "the entry of '\(key)' has no 'elements'", at: item.place,
                    hint: "add 'elements:' with a list of rows")
            }
            if let elements = item["elements"] { _ = list(elements, "'elements'") }
            result.append(
                TestSpec.Elements(
                    name: item["name"].flatMap { text($0, "'name'") }, elements: item["elements"], range: item.range))
        }
        return result
    }
}
