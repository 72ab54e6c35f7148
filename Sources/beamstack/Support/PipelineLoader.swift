import Connectors
import Diagnostics
import PipelineSpec
import Planning

/// From a file's path to a plan, with all problems on the way.
struct PipelineLoader {
    let variables: [String: TemplateValue]
    let workers: WorkerSupport
    let inspector: FileInspector
    var options: PlanningOptions

    init(variables: [String: TemplateValue], options: PlanningOptions, workers: WorkerSupport) {
        self.variables = variables
        self.options = options
        self.workers = workers
        inspector = workers.inspector
    }

    func document(_ path: String) -> (document: PipelineDocument?, diagnostics: [Diagnostic]) {
        DocumentReader(variables: variables).read(path: path)
    }

    func plan(_ path: String) -> (plan: Plan?, diagnostics: [Diagnostic]) {
        let (document, problems) = document(path)
        guard let document, !problems.hasErrors else { return (nil, problems) }
        let (plan, diagnostics) = plan(document)
        return (plan, problems + diagnostics)
    }

    func plan(_ document: PipelineDocument) -> (plan: Plan?, diagnostics: [Diagnostic]) {
        Planner(inspector: inspector, options: options).plan(document)
    }
}
