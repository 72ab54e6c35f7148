public import Diagnostics

extension DiagnosticCode {
    /// Every kind of problem that reading a pipeline file can find.
    public static let pipelineSpecCodes: [DiagnosticCode] = [
        yamlSyntax, yamlTooLarge, yamlTag, yamlValue, duplicateKey, invalidEncoding, unreadableFile, templateSyntax,
        templateError, templateTooLarge, undefinedVariable, missingInclude, missingPipelineFile, unknownKey,
        missingType, invalidStructure,
        chainConnection,
    ]

    public static let yamlSyntax = DiagnosticCode(
        "yaml-syntax", "the file is not valid YAML",
        explanation(
            "The text cannot be read as YAML, so nothing else was checked. Usual causes: a tab in the indentation, "
                + "a ': ' inside a value without quotes, lines of one block in different columns, an open quote.",
            wrong: "config:\n  expression: status: ok", right: "config:\n  expression: \"status: ok\""))
    public static let yamlTooLarge = DiagnosticCode(
        "yaml-too-large", "the YAML is nested too deep or its aliases expand too far",
        explanation(
            "More than 100 levels of nesting, or aliases that stand for more than a million values, are refused.",
            wrong: "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]  # and so on", right: "a: [x, x]"))
    public static let yamlTag = DiagnosticCode(
        "yaml-tag", "a YAML tag is not known",
        explanation(
            "Only the tags of YAML itself (`!!str`, `!!int`, `!!binary`, …) have a meaning in a pipeline.",
            wrong: "value: !price 5", right: "value: \"!price 5\""))
    public static let yamlValue = DiagnosticCode(
        "yaml-value", "a value looks like a date or number that does not exist",
        explanation(
            "YAML 1.1 reads unquoted text of the form of a date as a date; one not in the calendar is an error.",
            wrong: "day: 2024-02-30", right: "day: \"2024-02-30\""))
    public static let duplicateKey = DiagnosticCode(
        "duplicate-key", "a key is given twice in one map",
        explanation(
            "YAML takes the last of two equal keys and forgets the first, which is hardly ever what was meant.",
            wrong: "config:\n  path: a.csv\n  path: b.csv", right: "config:\n  path: a.csv"))
    public static let invalidEncoding = DiagnosticCode(
        "invalid-encoding", "the file is not UTF-8",
        "Pipelines and templates are read as UTF-8. Save the file in that encoding.")
    public static let unreadableFile = DiagnosticCode(
        "unreadable-file", "the file exists but cannot be read",
        "The system refuses to give the file's content; check its permissions and that it is no directory.")
    public static let templateSyntax = DiagnosticCode(
        "template-syntax", "a Jinja tag is not valid",
        explanation(
            "The file is a Jinja template, comments included, and a tag in it cannot be read.",
            wrong: "path: {{ input_path", right: "path: {{ input_path }}"))
    public static let templateError = DiagnosticCode(
        "template-error", "a Jinja expression fails",
        explanation(
            "The template is valid, but an expression cannot be evaluated with the values it got.",
            wrong: "size: {{ 'a' + 1 }}", right: "size: {{ 'a' ~ 1 }}"))
    public static let templateTooLarge = DiagnosticCode(
        "template-too-large", "a template takes too long or writes too much",
        explanation(
            "Templates are bounded: 64 MiB of text, 10 million steps, a million items, 50 calls within each other.",
            wrong: "{% for i in range(100000000) %}{% endfor %}", right: "{% for i in range(100) %}{% endfor %}"))
    public static let undefinedVariable = DiagnosticCode(
        "undefined-variable", "a template uses a variable that has no value",
        explanation(
            "Every variable must be given with `--set NAME=VALUE` or have a default. Jinja in comments counts too.",
            wrong: "path: {{ input_path }}", right: "path: {{ input_path | default('in.csv') }}"))
    public static let missingPipelineFile = DiagnosticCode(
        "missing-pipeline-file", "a file named on the command line does not exist",
        "Paths on the command line are relative to the directory in which `beamstack` runs.")
    public static let missingInclude = DiagnosticCode(
        "missing-include", "a file that is named does not exist",
        explanation(
            "Templates are looked up in the working directory, beside the main pipeline file and beside the file "
                + "that names them; providers files beside the file that includes them.",
            wrong: "{% include 'step.yml' %}", right: "{% include 'steps/step.yaml' %}"))
    public static let unknownKey = DiagnosticCode(
        "unknown-key", "a key is not known at this place",
        explanation(
            "Beside `type` a transform has only `name`, `input`, `output`, `config`, `windowing`, `resource_hints` and "
                + "`output_schema`. Parameters go below `config`.",
            wrong: "- type: ReadFromCsv\n  path: in.csv", right: "- type: ReadFromCsv\n  config:\n    path: in.csv"))
    public static let missingType = DiagnosticCode(
        "missing-type", "a transform or provider has no type",
        explanation(
            "`type` says what a transform does.", wrong: "- name: Read\n  config: {path: in.csv}",
            right: "- name: Read\n  type: ReadFromCsv\n  config: {path: in.csv}"))
    public static let invalidStructure = DiagnosticCode(
        "invalid-structure", "a part of the document has the wrong form",
        explanation(
            "A map, a list or a text was expected here, or a part that is needed is missing.",
            wrong: "pipeline:\n  transforms:\n    type: Create", right: "pipeline:\n  transforms:\n    - type: Create"))
    public static let chainConnection = DiagnosticCode(
        "chain-connection", "a transform of a chain has an input or output of its own",
        explanation(
            "A chain connects each transform to the one before it; connections of one's own need a composite.",
            wrong: "type: chain\ntransforms:\n  - type: Filter\n    input: Other",
            right: "type: composite\ntransforms:\n  - type: Filter\n    input: Other"))

    private static func explanation(_ text: String, wrong: String, right: String) -> String {
        "\(text)\n\nWrong:\n\n```yaml\n\(wrong)\n```\n\nRight:\n\n```yaml\n\(right)\n```\n"
    }
}
