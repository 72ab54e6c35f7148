import DataModel
import Diagnostics

/// The forms in which a plan can be shown.
public enum PlanFormat: String, CaseIterable, Sendable {
    /// A listing for a terminal.
    case text
    /// An object with stable keys, see `PlanRenderer`.
    case json
    /// Graphviz.
    case dot
    /// A Mermaid flowchart for Markdown.
    case mermaid
    /// A drawing with a layout of its own.
    case svg
}

/// Shows a plan; every form escapes what users wrote.
///
/// The JSON form is an object:
/// - `path`, `steps`, `passes` (arrays of step ids, in order of execution).
/// - a step has `id`, `name`, `transform`, `operation` (such as `project`), `summary` (array of text), `location`
///   (`path`, `line`, `column`) or null, `pass`, `inputs`, `outputs`, `errorHandling` (`output`, `threshold`) or null,
///   `resourceHints` (an object), for foreign steps `foreign` (`requirement`, `reason`, `dependencies`, `task`,
///   `mode`), and `functions` of other languages (`language`, `reason`, `dependencies`).
/// - an input has `name`, `step` and `output` (of its source), and `barrier` (why rows are kept before it) or null.
/// - an output has `name`, `fields` (array of `name`, `type`, `nullable`) or null where only a run can tell,
///   `windowing`, `bounded`, `error`.
public struct PlanRenderer: Sendable {
    /// Whether the text form uses ANSI colours.
    public var usesColor: Bool
    /// Columns of the terminal at which the text form wraps.
    public var width: Int

    public init(usesColor: Bool = false, width: Int = 100) {
        self.usesColor = usesColor
        self.width = max(40, width)
    }

    /// The plan as a text that ends with a line break.
    public func render(_ plan: Plan, as format: PlanFormat) -> String {
        switch format {
        case .text: PlanListing(plan, usesColor: usesColor, width: width).text
        case .json: plan.json.pretty + "\n"
        case .dot: PlanDiagram(plan).dot
        case .mermaid: PlanDiagram(plan).mermaid
        case .svg: PlanDrawing(plan).svg
        }
    }
}

extension StepOutput {
    /// The schema as users see it.
    var schemaText: String { schema.map { $0.fields.isEmpty ? "no fields" : "\($0)" } ?? "fields known when it runs" }
}
