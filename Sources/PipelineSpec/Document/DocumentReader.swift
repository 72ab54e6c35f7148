public import Diagnostics

/// Reads a pipeline file: renders its templates, parses the YAML and reads the document's structure.
public struct DocumentReader: Sendable {
    private let loader: any TextLoader
    private let variables: [String: TemplateValue]
    private let searchPaths: [String]

    /// - Parameters:
    ///   - loader: where files come from.
    ///   - variables: what templates may use, besides `datetime`.
    ///   - searchPaths: more directories in which to look for included templates, after those Beam looks in.
    public init(
        loader: any TextLoader = FileTextLoader(), variables: [String: TemplateValue] = [:], searchPaths: [String] = []
    ) {
        self.loader = loader
        self.variables = variables
        self.searchPaths = searchPaths
    }

    /// Reads a file; the document is `nil` only where there is no pipeline to speak of.
    public func read(path: String) -> (document: PipelineDocument?, diagnostics: [Diagnostic]) {
        switch SourceFile.load(path, with: loader) {
        case .success(let file): return read(file)
        case .failure(let diagnostic): return (nil, [diagnostic])
        }
    }

    /// Reads a text as if it stood in a file; relative includes are looked up beside `path`.
    public func read(text: String, path: String) -> (document: PipelineDocument?, diagnostics: [Diagnostic]) {
        read(SourceFile(path: path, text: SourceFile.withoutMark(text)))
    }

    /// Renders a file's templates only.
    public func render(path: String) -> (rendered: RenderedText?, diagnostics: [Diagnostic]) {
        switch SourceFile.load(path, with: loader) {
        case .success(let file): return render(file)
        case .failure(let diagnostic): return (nil, [diagnostic])
        }
    }

    /// Renders a text's templates only.
    public func render(text: String, path: String) -> (rendered: RenderedText?, diagnostics: [Diagnostic]) {
        render(SourceFile(path: path, text: SourceFile.withoutMark(text)))
    }

    /// Reads a test suite: a map with `tests`. As in Beam it is not a template.
    public func readTests(path: String) -> (tests: [TestSpec], diagnostics: [Diagnostic]) {
        switch SourceFile.load(path, with: loader) {
        case .failure(let diagnostic): return ([], [diagnostic])
        case .success(let file):
            let (root, diagnostics) = YAMLParser.parse(RenderedText(file))
            guard let root else { return ([], diagnostics) }
            var reader = StructureReader(diagnostics: diagnostics)
            guard let tests = root["tests"] else {
                reader.report(
                    .invalidStructure, "the test suite has no 'tests'", at: root.place, hint: "list them below 'tests:'"
                )
                return ([], reader.diagnostics)
            }
            let specs = reader.tests(tests)
            return (specs, reader.diagnostics)
        }
    }

    private func renderer(_ variables: [String: TemplateValue], _ directory: String) -> TemplateRenderer {
        TemplateRenderer(
            loader: loader, variables: variables, searchPaths: [directory] + searchPaths)
    }

    private func render(_ file: SourceFile) -> (rendered: RenderedText?, diagnostics: [Diagnostic]) {
        let source = RenderedText(file)
        guard TemplateRenderer.hasTemplate(source.utf8) else { return (source, []) }
        let renderer = renderer(variables, TextPath.directory(of: file.path))
        switch renderer.render(source, path: file.path) {
        case .success(let rendered): return (rendered, [])
        case .failure(let diagnostic): return (nil, [diagnostic])
        }
    }

    private func read(_ file: SourceFile) -> (document: PipelineDocument?, diagnostics: [Diagnostic]) {
        let (rendered, problems) = render(file)
        guard let rendered else { return (nil, problems) }
        let (root, diagnostics) = YAMLParser.parse(rendered)
        guard let root else { return (nil, problems + diagnostics) }
        var reader = StructureReader(diagnostics: problems + diagnostics)
        let document = document(root, file, rendered, &reader)
        return (document, reader.diagnostics)
    }

    private func document(
        _ root: YAMLNode, _ file: SourceFile, _ rendered: RenderedText, _ reader: inout StructureReader
    ) -> PipelineDocument? {
        guard let pairs = reader.map(root, "a pipeline file", hint: "start it with 'pipeline:'") else { return nil }
        warnOfUnknownKeys(pairs, &reader)
        var options = root["options"]
        if let written = options, written.isNull || reader.map(written, "'options'") == nil { options = nil }
        let providers = root["providers"].flatMap { $0.isNull ? nil : $0 }.map { node in
            reader.providers(node, path: file.path) { path, include, reader in
                providerListing(path, include, &reader)
            }
        }
        let tests = root["tests"].flatMap { $0.isNull ? nil : reader.tests($0) }
        guard let pipelineNode = root["pipeline"] else {
            reportMissingPipeline(root, pairs, &reader)
            return nil
        }
        guard let pipeline = reader.pipeline(pipelineNode) else { return nil }
        return PipelineDocument(
            file: file, rendered: rendered, root: root, pipeline: pipeline, options: options,
            providers: providers ?? [], tests: tests ?? [])
    }

    private func warnOfUnknownKeys(_ pairs: [YAMLPair], _ reader: inout StructureReader) {
        for pair in pairs {
            guard let key = pair.key.scalar?.text, !SpecKeys.document.contains(key) else { continue }
            reader.diagnostics.append(
                Diagnostic(
                    .unknownKey, severity: .warning, "unknown top-level key '\(key)' has no effect", at: pair.key.range,
                    hint: Suggestion.hint(for: key, among: SpecKeys.document, listing: "top-level keys")))
        }
    }

    private func reportMissingPipeline(_ root: YAMLNode, _ pairs: [YAMLPair], _ reader: inout StructureReader) {
        let keys = pairs.compactMap { $0.key.scalar?.text }
        var hint = "add 'pipeline:' with its transforms"
        if keys.contains("transforms") || keys.contains("type") {
            hint = "indent the whole below 'pipeline:'"
        }
        reader.report(
            .invalidStructure, "the file has no 'pipeline'", at: pairs.first?.key.range ?? root.place, hint: hint)
    }

    /// An included providers file; Beam reads it as it is, without rendering, since its bodies are templates.
    private func providerListing(
        _ path: String, _ include: SpecText, _ reader: inout StructureReader
    ) -> YAMLNode? {
        switch SourceFile.load(path, with: loader, includedAt: include.range) {
        case .success(let file):
            let (root, diagnostics) = YAMLParser.parse(RenderedText(file))
            reader.diagnostics += diagnostics
            return root
        case .failure(let diagnostic):
            reader.diagnostics.append(diagnostic)
            return nil
        }
    }

    // MARK: YAML providers

    /// The body of a YAML provider's transform with the arguments of one use.
    ///
    /// Ranges point into the provider's file. As in Beam, a `chain` body without `input` takes the use's input
    /// unless `requires_inputs` is false; the caller adds that.
    public func instantiate(
        _ transform: ProviderSpec.YAMLTransform, arguments: [String: TemplateValue]
    ) -> (transform: TransformSpec?, diagnostics: [Diagnostic]) {
        let renderer = renderer(arguments, transform.directory)
        let (body, problems) = BodyRenderer(renderer: renderer).render(transform.body)
        guard let body else { return (nil, problems) }
        var reader = StructureReader(diagnostics: problems)
        let spec = reader.body(body)
        return (spec, reader.diagnostics)
    }
}
