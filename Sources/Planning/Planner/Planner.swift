public import Diagnostics
public import PipelineSpec

/// How strict planning is.
public struct PlanningOptions: Sendable {
    /// Whether a path that matches nothing is an error, as before a run; a warning otherwise.
    public var missingFilesAreErrors: Bool
    /// Whether to warn of all that only Beamstack accepts.
    public var portable = false

    public init(missingFilesAreErrors: Bool = true) {
        self.missingFilesAreErrors = missingFilesAreErrors
    }
}

/// Turns a pipeline's document into a typed plan and collects all that is wrong with it.
public struct Planner: Sendable {
    private let inspector: any SourceInspector
    private let catalogue: Catalogue
    private let options: PlanningOptions
    private let loader: any TextLoader

    /// - Parameters:
    ///   - inspector: knows the schemas of files.
    ///   - loader: gives the files of callables and of templates that providers include.
    public init(
        inspector: any SourceInspector, catalogue: Catalogue = .standard, options: PlanningOptions = PlanningOptions(),
        loader: any TextLoader = FileTextLoader()
    ) {
        self.inspector = inspector
        self.catalogue = catalogue
        self.options = options
        self.loader = loader
    }

    /// The plan is `nil` where there are errors.
    public func plan(_ document: PipelineDocument) -> (plan: Plan?, diagnostics: [Diagnostic]) {
        let services = PlanningServices(
            inspector: inspector, loader: loader, options: options, path: document.file.path)
        let builder = PlanBuilder(document: document, catalogue: catalogue, services: services)
        return builder.plan()
    }
}
