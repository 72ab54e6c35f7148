import DataModel
import Diagnostics
import Planning

/// The file `functions.py` of a program: the pipeline's Python, as the engine calls it.
///
/// The package `beamstack_worker` beside it runs the code as local workers do: same values, same messages.
enum FunctionsFile {
    static let name = "functions.py"

    static func text(_ functions: [PythonFunction], pipeline: String, engine: TargetEngine) -> String {
        let maker = engine == .flink ? "flink_function" : "RowFunction"
        let module = engine == .flink ? "engine_flink" : "engine_rows"
        var text = """
            \"\"\"The Python of \(pipeline), as the engine calls it: one function for each step that has some.\"\"\"

            from beamstack_worker.\(module) import \(maker)

            """
        for function in functions {
            text += "\n# \(StepTitle.text(function.step))\n\(function.name) = \(maker)(\n"
            text += "    functions=[\n"
            for part in function.parts {
                text += "        {\n"
                for (key, value) in members(of: part, function) { text += "            \"\(key)\": \(value),\n" }
                text += "        },\n"
            }
            text += "    ],\n"
            text += "    arguments=\(fields(function.arguments)),\n"
            text += "    results=\(fields(function.result)),\n"
            if function.catchesErrors { text += "    catches_errors=True,\n" }
            text += ")\n"
        }
        return text
    }

    private static func members(of part: PythonFunction.Part, _ function: PythonFunction) -> [(String, String)] {
        let names = function.input.names
        var members: [(String, String)]
        switch part.source {
        case .code(let code): members = self.members(of: code, arguments: function.arguments)
        case .field(let field):
            members = [("form", PythonText.string("field")), ("field", PythonText.string(names[field]))]
        case .elements(let fields, let isZip):
            members = [
                ("form", PythonText.string("elements")),
                ("fields", PythonText.list(fields.map { PythonText.string(names[$0]) })),
                ("manner", PythonText.string(isZip ? "zip" : "product")),
            ]
        case .validation(let schema):
            members = [
                ("form", PythonText.string("validation")),
                ("schema", PythonText.string(TaggedJSON.text(schema.json))),
            ]
        case .record: members = [("form", PythonText.string("record"))]
        case .files(let operation, let schema, let folder):
            members = [
                ("form", PythonText.string("files")),
                ("field", PythonText.string(names[operation.patternField])),
                ("treatment", PythonText.string(operation.emptyMatchTreatment.rawValue)),
                ("names", PythonText.list(schema.names.map(PythonText.string))),
                ("folder", PythonText.string(folder)),
            ]
        }
        if part.code == nil || part.conversion != nil {
            members.append(("place", PythonText.string(place(of: function.step, part))))
        }
        switch part.conversion {
        case nil: break
        case .known(let names):
            members.append(("then", PythonText.string("known")))
            members.append(("names", PythonText.list(names.map(PythonText.string))))
        case .some(let conversion): members.append(("then", PythonText.string("\(conversion)")))
        }
        return members
    }

    /// The line of a traceback that the embedded engine gives what no code of the person's has raised.
    private static func place(of step: Step, _ part: PythonFunction.Part) -> String {
        var range = step.range
        if part.reportsExpression { range = step.expressionRange ?? range }
        return range.map { "  File \"\($0.file.path)\", line \($0.startPosition.line), in \(step.name)\n" } ?? ""
    }

    private static func members(of code: ForeignFunction, arguments: Schema) -> [(String, String)] {
        var members = [
            ("language", PythonText.string(code.language.rawValue)), ("form", PythonText.string(code.form.rawValue)),
            ("source", PythonText.string(code.source)), ("path", PythonText.string(code.path)),
            ("line", String(code.line)),
        ]
        if let name = code.functionName { members.append(("functionName", PythonText.string(name))) }
        if let value = code.arguments { members.append(("arguments", PythonText.value(value))) }
        if code.form == .combine { members.append(("fields", PythonText.list(arguments.names.map(PythonText.string)))) }
        return members
    }

    /// Fields as `engine_rows.py` reads them: name, kind, whether null is among the values, parts.
    private static func fields(_ schema: Schema) -> String {
        PythonText.list(schema.fields.map { field($0.name, $0.type) })
    }

    private static func field(_ name: String, _ type: FieldType) -> String {
        let kind: String
        var parts: [String] = []
        switch type.kind {
        case .list(let element):
            kind = "list"
            parts = [field("item", element)]
        case .map(let key, let value):
            kind = "map"
            parts = [field("key", key), field("value", value)]
        case .row(let schema):
            kind = "row"
            parts = schema.fields.map { field($0.name, $0.type) }
        default: kind = type.nonNull.description
        }
        let flag = type.isNullable ? "True" : "False"
        let rest = parts.isEmpty ? "" : ", \(PythonText.list(parts))"
        return "(\(PythonText.string(name)), \"\(kind)\", \(flag)\(rest))"
    }
}

/// How comments of programs name a step.
enum StepTitle {
    static func text(_ step: Step) -> String {
        var text = "'\(step.name)'"
        if step.transform != step.name { text += " (\(step.transform))" }
        if let range = step.range { text += ", \(range.file.path):\(range.startPosition.line)" }
        return String(text.map { $0.isNewline ? " " : $0 })
    }
}
