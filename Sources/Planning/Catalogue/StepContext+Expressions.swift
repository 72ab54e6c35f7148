import DataModel
import Diagnostics
import Expressions
import PipelineSpec

/// What planning makes of one expression.
enum PlannedExpression {
    /// Our own kernels or a worker's process run it.
    case known(RowExpression, range: SourceRange)
    /// Nothing here can run it. The output type is what the pipeline promises, or any.
    case foreign(ForeignOperation, type: FieldType)
    /// The input's fields are not known, or the expression has been reported.
    case unknown(type: FieldType?)
}

extension StepContext {
    /// The step's language, and where it is written.
    func language() -> ExpressionLanguage {
        string("language").flatMap(ExpressionLanguage.init(rawValue:)) ?? .generic
    }

    /// Compiles a value of a parameter: a text, or a map with one of the forms of code.
    ///
    /// - Parameter what: how messages name it, such as `field 'x'`.
    func expression(
        _ node: YAMLNode, schema: Schema?, language: ExpressionLanguage, what: String
    ) -> PlannedExpression {
        guard let pairs = node.mapping else {
            guard let text = node.expressionText else {
                report(
                    .wrongParameterType, "\(what) expects an expression, but this is \(node.kindName)",
                    at: node.firstLine, hint: "write the name of a field or an expression")
                return .unknown(type: nil)
            }
            return compile(
                ExpressionSource(text, language: language), schema: schema, what: what, code: text,
                locate: { node.sourceRange(ofContent: $0) }, range: node.range)
        }
        let allowed = ["expression", "callable", "path", "name", "output_type", "language"]
        for pair in pairs {
            guard let key = pair.key.scalar?.text, !allowed.contains(key) else { continue }
            report(
                .unknownParameter, "\(what) has no part '\(key)'", at: pair.key.range,
                hint: Suggestion.hint(for: key, among: allowed, listing: "parts"))
            return .unknown(type: nil)
        }
        let type = node["output_type"].flatMap { JSONSchema.type(of: $0, context: self) }
        let forms = ["expression", "callable", "path"].filter { node[$0] != nil }
        guard forms.count == 1, let form = forms.first, let code = node[form] else {
            report(
                .invalidExpressionForm,
                forms.isEmpty
                    ? "\(what) has no expression" : "\(what) has both '\(forms[0])' and '\(forms[1])'",
                at: node.firstLine, hint: "give it one of 'expression', 'callable', or 'path' and 'name'")
            return .unknown(type: type)
        }
        guard let text = form == "expression" ? code.expressionText : code.string else {
            report(
                .wrongParameterType, "'\(form)' expects a string, but this is \(code.kindName)", at: code.firstLine,
                hint: "write the code as a text")
            return .unknown(type: type)
        }
        switch form {
        case "expression":
            return compile(
                ExpressionSource(text, language: language, outputType: type), schema: schema, what: what, code: text,
                locate: { code.sourceRange(ofContent: $0) }, range: code.range)
        case "path": return callable(path: text, code, name: node["name"], type, schema, language, what)
        default:
            if let refused = refused(callable: language, what, at: code.range, type) { return refused }
            if Self.isQualifiedName(text) {
                guard let schema else { return .unknown(type: type) }
                let function = ForeignFunction(
                    language: .python, form: .name, source: text, path: code.range.file.path,
                    line: code.range.startPosition.line, type: type ?? .any, fields: Array(schema.fields.indices),
                    requirements: PythonRequirements.of(name: text, declared: declaredDependencies),
                    reason: "\(what) calls '\(text)'", range: code.range, limits: workerLimits)
                return .known(.function(function), range: code.range)
            }
            return compile(
                ExpressionSource(text, language: language, form: .callable, outputType: type), schema: schema,
                what: what, code: text, locate: { code.sourceRange(ofContent: $0) }, range: code.range)
        }
    }

    /// `generic` has no callables.
    private func refused(
        callable language: ExpressionLanguage, _ what: String, at range: SourceRange, _ type: FieldType?
    ) -> PlannedExpression? {
        guard language == .generic else { return nil }
        report(
            .invalidExpressionForm, "\(what) is a callable, but the step has no language for it", at: range.firstLine,
            hint: "add 'language: python' to the step's config")
        return .unknown(type: type)
    }

    private func callable(
        path: String, _ node: YAMLNode, name: YAMLNode?, _ type: FieldType?, _ schema: Schema?,
        _ language: ExpressionLanguage, _ what: String
    ) -> PlannedExpression {
        guard let function = name?.string else {
            report(
                .invalidExpressionForm, "\(what) has 'path' but no 'name'", at: node.range,
                hint: "add 'name:' with the function's name")
            return .unknown(type: type)
        }
        if let refused = refused(callable: language, what, at: node.range, type) { return refused }
        guard let file = sourceFile(path, node.range) else { return .unknown(type: type) }
        return compile(
            ExpressionSource(
                file.text, language: language, form: .callable, outputType: type, functionName: function),
            schema: schema, what: what, code: file.text,
            locate: { SourceRange(file: file, start: $0.lowerBound, end: $0.upperBound) }, range: node.range)
    }

    private func sourceFile(_ path: String, _ range: SourceRange) -> SourceFile? {
        var failure = TextLoadingError.notFound
        var candidates = [path]
        if path.utf8.first != UInt8(ascii: "/"), let slash = services.path.lastIndex(of: "/") {
            candidates.append(services.path[...slash] + path)
        }
        for candidate in candidates {
            do throws(TextLoadingError) {
                return SourceFile(
                    path: candidate, text: String(decoding: try services.loader.load(path: candidate), as: UTF8.self))
            } catch {
                if error != .notFound { failure = error }
            }
        }
        let reason = if case .failed(let reason) = failure { reason } else { "there is no such file" }
        report(
            .unreadableCallable, "cannot read '\(path)': \(reason)", at: range,
            hint: "give a path from the current folder or from the pipeline's file")
        return nil
    }

    private func compile(
        _ source: ExpressionSource, schema: Schema?, what: String, code: String,
        locate: (Range<Int>) -> SourceRange, range: SourceRange
    ) -> PlannedExpression {
        if source.language == .generic, source.form == .expression, Self.comparesBeyondBeam(source.text) {
            reportNotPortable(
                "Beam's generic expressions have only '<' and '>'", at: range, hint: "add 'language: python'")
        }
        switch ExpressionCompiler(schema: schema ?? .empty).compile(source, toleratesFailures: toleratesFailures) {
        case .native(let expression, let warnings):
            report(warnings, in: what, locate)
            // Compiled against no fields: what it gives may be said, but not how.
            if schema == nil { return .unknown(type: source.outputType) }
            return .known(.compiled(expression), range: range)
        case .foreign(let reason, let warnings):
            report(warnings, in: what, locate)
            let language: ForeignFunction.Language? =
                switch reason.language {
                case .generic, .python: .python
                case .javascript: .javascript
                case .calcite, .sql, .java: nil
                }
            let requirement = reason.language == .java ? "java" : "sql"
            if let language {
                guard let schema else { return .unknown(type: source.outputType) }
                let start = locate(0..<0)
                let function = ForeignFunction(
                    language: language, form: source.form == .callable ? .callable : .expression, source: source.text,
                    functionName: source.functionName, path: start.file.path, line: start.startPosition.line,
                    type: source.outputType ?? .any, fields: Array(schema.fields.indices),
                    requirements: language == .javascript
                        ? [PythonPackages.javascript]
                        : PythonRequirements.of(code: source.text, declared: declaredDependencies),
                    reason: "\(what) \(reason.construct)", range: locate(reason.range), limits: workerLimits)
                return .known(.function(function), range: range)
            }
            return .foreign(
                ForeignOperation(
                    requirement: requirement, reason: "\(what) \(reason.construct)", range: locate(reason.range),
                    code: code), type: source.outputType ?? .any)
        case .invalid(let problems):
            // Without the input's fields, only what is wrong whatever they are can be told.
            report(schema == nil ? problems.filter { $0.code.id == "expression-syntax" } : problems, in: what, locate)
            return .unknown(type: source.outputType)
        }
    }

    private func report(_ problems: [ExpressionProblem], in what: String, _ locate: (Range<Int>) -> SourceRange) {
        for problem in problems {
            report(
                problem.code, severity: problem.severity, problem.message, at: locate(problem.range),
                notes: problem.notes, hint: problem.hint)
        }
    }

    private static func comparesBeyondBeam(_ text: String) -> Bool {
        guard text.utf8.first != UInt8(ascii: "\"") else { return false }
        return [">=", "<=", "==", "!="].contains { text.contains($0) }
    }

    /// `package.module.function`, which names code instead of being it.
    private static func isQualifiedName(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 1
            && parts.allSatisfy { part in
                guard let first = part.unicodeScalars.first else { return false }
                return (first == "_" || first.properties.isXIDStart)
                    && part.unicodeScalars.allSatisfy { $0.properties.isXIDContinue }
            }
    }
}

extension YAMLNode {
    /// A scalar as an expression: numbers and booleans are literals.
    var expressionText: String? {
        switch scalar?.value {
        case .bool(let flag)?: flag ? "True" : "False"
        case .null?, .none: nil
        default: scalar?.text
        }
    }
}

extension SourceRange {
    /// The part up to the first line break.
    var firstLine: SourceRange {
        guard start < end, let newline = file.utf8[start..<end].firstIndex(of: 0x0A) else { return self }
        return SourceRange(file: file, start: start, end: newline)
    }
}
