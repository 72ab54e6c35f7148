public import DataModel
import Diagnostics

/// Turns expressions over the fields of one schema into code that runs over its batches.
public struct ExpressionCompiler: Sendable {
    private let schema: Schema

    public init(schema: Schema) {
        self.schema = schema
    }

    /// Compiles an expression.
    ///
    /// - Parameter toleratesFailures: the step has an error output: what is certain to raise is then a warning, and
    ///   raises for each row as it does in Beam.
    public func compile(_ source: ExpressionSource, toleratesFailures: Bool = false) -> Compilation {
        let range = 0..<source.text.utf8.count
        switch source.language {
        case .sql, .calcite, .javascript, .java:
            let name = source.language == .javascript ? "JavaScript" : source.language == .java ? "Java" : "SQL"
            return .foreign(
                ForeignReason(construct: "is written in \(name)", range: range, language: source.language), warnings: []
            )
        case .generic, .python: break
        }
        let checker = Checker(schema: schema, form: source.form, toleratesFailures: toleratesFailures)
        if source.form == .expression, let index = schema.index(of: trimmed(source.text)) {
            let node = TypedExpression(.field(index), schema.fields[index].type, range)
            return finish(node, source, checker, toleratesFailures)
        }
        do {
            switch (source.form, source.language) {
            case (.callable, _):
                let statements = try PythonParser.statements(source.text)
                let node = try checker.callable(statements, functionName: source.functionName, textRange: range)
                return finish(node, source, checker, toleratesFailures)
            case (.expression, .generic):
                guard let tree = GenericLanguage.expression(source.text, schema: schema) else {
                    return .invalid([notGeneric(source.text, range)])
                }
                return finish(try checker.value(tree), source, checker, toleratesFailures)
            default:
                let tree = try PythonParser.expression(source.text)
                return finish(try checker.value(tree), source, checker, toleratesFailures)
            }
        } catch let error as PythonSyntaxError {
            return .invalid([ExpressionProblem(.expressionSyntax, error.message, at: error.range, hint: error.hint)])
        } catch let construct as ForeignConstruct {
            if checker.problems.contains(where: { $0.severity == .error }) { return .invalid(checker.problems) }
            return .foreign(
                ForeignReason(construct: construct.construct, range: construct.range, language: .python),
                warnings: checker.problems)
        } catch {
            return .invalid([ExpressionProblem(.expressionSyntax, "the expression cannot be read", at: range)])
        }
    }

    private func finish(
        _ node: TypedExpression?, _ source: ExpressionSource, _ checker: Checker, _ toleratesFailures: Bool
    ) -> Compilation {
        guard var node, !checker.problems.contains(where: { $0.severity == .error }) else {
            return .invalid(checker.problems)
        }
        if node.type == TypeFacts.none {
            node = TypedExpression(node.kind, .any, node.range, shape: node.shape)
        }
        if let type = source.outputType, type.kind != .any {
            if let problem = outputProblem(node, type, toleratesFailures) {
                checker.problems.append(problem)
                if problem.severity == .error { return .invalid(checker.problems) }
            }
            if node.type != type {
                node = TypedExpression(.checked(node, type), type, node.range)
            }
        }
        return .native(
            CompiledExpression(node, source: source, schema: schema, slotCount: checker.slotCount),
            warnings: checker.problems)
    }

    private func outputProblem(
        _ node: TypedExpression, _ type: FieldType, _ toleratesFailures: Bool
    ) -> ExpressionProblem? {
        guard TypeFacts.isExact(node.type), let sample = TypeFacts.sample(node.type) else { return nil }
        do throws(PythonError) {
            _ = try OutputType.check(sample, type)
            return nil
        } catch {
            // An empty list or dict has every type.
            if case .list(let elements) = sample, elements.isEmpty { return nil }
            return ExpressionProblem(
                .outputTypeMismatch, severity: toleratesFailures ? .warning : .error,
                "the expression has type \(node.type), not \(type)", at: node.range,
                hint: conversion(to: type).map { "convert it with '\($0)'" })
        }
    }

    private func conversion(to type: FieldType) -> String? {
        switch type.kind {
        case .string: "str(…)"
        case .int64: "int(…)"
        case .double: "float(…)"
        case .boolean: "bool(…)"
        default: nil
        }
    }

    private func notGeneric(_ text: String, _ range: Range<Int>) -> ExpressionProblem {
        ExpressionProblem(
            .genericExpression, "'\(text)' is more than a field, a literal or one comparison", at: range,
            hint: "add 'language: python' to the step's config",
            notes: ["input has: \(schema.names.prefix(40).joined(separator: ", "))"])
    }

    private func trimmed(_ text: String) -> String {
        var bytes = Array(text.utf8)[...]
        let spaces = Array(" \t\r\n".utf8)
        while let first = bytes.first, spaces.contains(first) { bytes = bytes.dropFirst() }
        while let last = bytes.last, spaces.contains(last) { bytes = bytes.dropLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
