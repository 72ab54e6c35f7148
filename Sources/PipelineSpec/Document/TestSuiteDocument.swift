public import Diagnostics

/// A file of tests apart from the pipeline that they test: a map with `tests`, or the bare list.
public struct TestSuiteDocument: Sendable {
    public let file: SourceFile
    public let root: YAMLNode
    public let tests: [TestSpec]

    /// Reads a file; `nil` only where it is not YAML at all. Tests are no templates, as in Beam.
    public static func read(
        path: String, loader: any TextLoader = FileTextLoader()
    ) -> (suite: TestSuiteDocument?, diagnostics: [Diagnostic]) {
        switch SourceFile.load(path, with: loader) {
        case .success(let file): read(file)
        case .failure(let diagnostic): (nil, [diagnostic])
        }
    }

    /// Reads a text.
    public static func read(_ file: SourceFile) -> (suite: TestSuiteDocument?, diagnostics: [Diagnostic]) {
        let (root, problems) = YAMLParser.parse(RenderedText(file))
        guard let root else { return (nil, problems) }
        var reader = StructureReader(diagnostics: problems)
        var tests: [TestSpec] = []
        if root.sequence != nil {
            tests = reader.tests(root)
        } else if let pairs = reader.map(root, "a test suite", hint: "start it with 'tests:'") {
            reader.checkKeys(of: pairs, in: "a test suite", allowed: ["tests"])
            if let node = root["tests"], !node.isNull { tests = reader.tests(node) }
        }
        return (TestSuiteDocument(file: file, root: root, tests: tests), reader.diagnostics)
    }
}
