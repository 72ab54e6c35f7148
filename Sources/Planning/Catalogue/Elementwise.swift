import DataModel
import Diagnostics
import Expressions
import PipelineSpec

extension TransformDefinition {
    static let filter = TransformDefinition(
        "Filter", category: "Elementwise", summary: "keeps the rows for which an expression is true",
        example: "type: Filter\nconfig:\n  language: python\n  keep: price > 10 and quantity > 1",
        supportsErrorHandling: true,
        parameters: [
            Parameter("keep", .expression, required: true, "What has to be true, in Python's sense."), .language,
            .dependencies, .worker,
        ]
    ) { context in
        guard let keep = context["keep"] else { return nil }
        switch context.expression(keep, schema: context.schema, language: context.language(), what: "'keep'") {
        case .known(let expression, let range):
            return StepResult(.filter(expression), schema: context.schema, expressionRange: range)
        case .foreign(let foreign, _):
            return context.foreign(foreign, schema: context.schema)
        case .unknown: return context.unknown()
        }
    }

    static let assignTimestamps = TransformDefinition(
        "AssignTimestamps", category: "Event time", summary: "sets the event time of each row",
        documentation: "A number is seconds since 1970; a timestamp is itself.",
        example: "type: AssignTimestamps\nconfig:\n  timestamp: created_at", supportsErrorHandling: true,
        parameters: [
            Parameter("timestamp", .expression, required: true, "The event time."), .language, .dependencies, .worker,
        ]
    ) { context in
        guard let node = context["timestamp"] else { return nil }
        switch context.expression(node, schema: context.schema, language: context.language(), what: "'timestamp'") {
        case .known(let expression, let range):
            switch expression.type.kind {
            case .any, .int64, .double, .boolean, .timestamp, .datetime, .decimal, .duration: break
            default:
                context.report(
                    .wrongExpressionType, severity: context.toleratesFailures ? .warning : .error,
                    "an event time cannot be a \(expression.type)", at: range,
                    notes: ["a number is seconds since 1970-01-01T00:00:00Z"],
                    hint: "convert it to a number, such as 'float(…)', with 'language: python'")
            }
            return StepResult(.assignTimestamps(expression), schema: context.schema, expressionRange: range)
        case .foreign(let foreign, _):
            return context.foreign(foreign, schema: context.schema)
        case .unknown: return context.unknown()
        }
    }

    static let partition = TransformDefinition(
        "Partition", category: "Elementwise", summary: "sends each row to the output that an expression names",
        documentation: "Other steps read `Name.output`. Rows of other values go to `unknown_output`, or fail.",
        example: """
            type: Partition
            config:
              by: country
              outputs: [de, fr]
              unknown_output: others
            """, outputs: "one for each of `outputs`", supportsErrorHandling: true,
        parameters: [
            Parameter("by", .expression, required: true, "A string: the output's name."),
            Parameter("outputs", .list(.string), required: true, "The names of the outputs."),
            Parameter("unknown_output", .string, "The output for all other values."), .language, .dependencies,
            .worker,
        ]
    ) { context in
        guard let node = context["by"], let items = context["outputs"]?.sequence else { return nil }
        let outputs = items.compactMap(\.string)
        var names = outputs
        if let unknown = context.string("unknown_output"), !names.contains(unknown) { names.append(unknown) }
        for (index, item) in items.enumerated() {
            guard let name = item.string, outputs[..<index].contains(name) else { continue }
            context.report(
                .duplicateName, "the output '\(name)' is named twice", at: item.range, hint: "remove one of the two")
        }
        let results = names.map { StepResult.Output(name: $0, schema: context.schema) }
        switch context.expression(node, schema: context.schema, language: context.language(), what: "'by'") {
        case .known(let expression, let range):
            if !expression.type.isAny, expression.type.kind != .string {
                context.report(
                    .wrongExpressionType, "'by' must be a string, and this is \(expression.type)", at: range,
                    hint: "convert it, such as 'str(…)', with 'language: python'")
            }
            let unknown = context.string("unknown_output").flatMap { names.firstIndex(of: $0) }
            return StepResult(
                .partition(PartitionOperation(by: expression, outputs: outputs, unknownOutput: unknown)),
                outputs: results, expressionRange: range)
        case .foreign(let foreign, _):
            return StepResult(.foreign(foreign), outputs: results)
        case .unknown: return context.unknown(outputs: names)
        }
    }

    static let explode = TransformDefinition(
        "Explode", category: "Elementwise", summary: "makes one row of each element of a list",
        documentation: """
            Several fields need `cross_product`: true for every combination of their elements, false for the elements
            side by side, the shorter lists padded with null.
            """,
        example: "type: Explode\nconfig:\n  fields: words", supportsErrorHandling: true,
        parameters: [
            Parameter("fields", .fieldNames, required: true, "The list fields."),
            Parameter("cross_product", .boolean, "How several fields combine."),
        ]
    ) { context in
        let names = context.names("fields")
        let crossProduct = context.flag("cross_product")
        if names.count > 1, crossProduct == nil {
            context.report(
                .missingParameter, "'Explode' of several fields needs 'cross_product'", at: context.spec.typeRange,
                hint: "add 'cross_product: true' for every combination, or false for elements side by side")
        }
        guard let schema = context.schema else { return context.unknown() }
        var fields = schema.fields
        var indexes: [Int] = []
        for (name, range) in names {
            guard let index = context.field(name, at: range, in: schema) else { return nil }
            let element: FieldType
            switch schema.fields[index].type.kind {
            case .list(let type): element = type
            case .map(let key, _): element = key
            case .string: element = .string
            case .any: element = .any
            default:
                context.report(
                    .wrongExpressionType, severity: context.toleratesFailures ? .warning : .error,
                    "'\(name)' has type \(schema.fields[index].type) and no elements", at: range,
                    hint: "explode a list, such as one that 'split' makes")
                element = .any
            }
            indexes.append(index)
            fields[index].type = names.count > 1 && crossProduct == false ? element.nullable : element
        }
        return StepResult(
            .explode(ExplodeOperation(fields: indexes, isCrossProduct: names.count == 1 || crossProduct == true)),
            schema: Schema(fields))
    }

    static let reshuffle = TransformDefinition(
        "Reshuffle", category: "Elementwise", summary: "passes rows through",
        documentation: "In Beam it keeps steps from being fused; results do not change.",
        parameters: [Parameter("num_buckets", .integer, "Accepted for Beam.")]
    ) { context in StepResult(.reshuffle, schema: context.schema) }

    static let logForTesting = TransformDefinition(
        "LogForTesting", category: "Testing", summary: "prints each row as JSON and passes it through",
        example: "type: LogForTesting\nconfig:\n  prefix: 'seen '", supportsErrorHandling: true,
        parameters: [
            Parameter("level", .choice(["INFO", "ERROR", "DEBUG"]), default: "INFO", "The level of the log."),
            Parameter("prefix", .string, default: "''", "Stands before each row."),
        ]
    ) { context in
        guard context.schema != nil else { return context.unknown() }
        let operation = LogOperation(
            level: context.string("level") ?? "INFO", prefix: context.string("prefix") ?? "")
        return StepResult(.log(operation), schema: context.schema)
    }

    static let assertEqual = TransformDefinition(
        "AssertEqual", category: "Testing", summary: "fails unless the input has just these rows",
        documentation: "Rows compare without regard to their order and to fields that are null.",
        example: "type: AssertEqual\nconfig:\n  elements:\n    - {a: 1}\n    - {a: 2}",
        parameters: [Parameter("elements", .elements, required: true, "The expected rows.")]
    ) { context in
        guard let items = context["elements"]?.sequence else { return nil }
        guard context.schema != nil else { return context.unknown() }
        let rows = ElementReader.rows(items, context: context)
        return StepResult(.assertEqual(rows.map { .row($0) }), schema: context.schema)
    }

    static let stripErrorMetadata = TransformDefinition(
        "StripErrorMetadata", category: "Elementwise", summary: "takes the failing row out of an error row",
        documentation: "Error outputs have the failing row in `element`, beside the message.",
        example: "type: StripErrorMetadata\ninput: Parse.errors"
    ) { context in
        guard let schema = context.schema else { return context.unknown() }
        for name in ["failed_row", "element", "record"] {
            guard let index = schema.index(of: name) else { continue }
            guard case .row(let element) = schema.fields[index].type.kind else {
                return StepResult(.stripErrorMetadata(field: index), schema: nil)
            }
            return StepResult(.stripErrorMetadata(field: index), schema: element)
        }
        context.report(
            .wrongInputSchema, "the input of 'StripErrorMetadata' is no error output", at: context.spec.typeRange,
            notes: ["input has: \(schema)"], hint: "read an output that 'error_handling' names, such as 'Step.errors'")
        return nil
    }

    static let validateWithSchema = TransformDefinition(
        "ValidateWithSchema", category: "Elementwise", summary: "checks each row against a JSON Schema",
        example: """
            type: ValidateWithSchema
            config:
              schema:
                type: object
                properties:
                  age: {type: integer, minimum: 0}
                required: [age]
            """, supportsErrorHandling: true,
        parameters: [Parameter("schema", .jsonSchema, required: true, "What each row must be like.")]
    ) { context in
        guard let node = context["schema"] else { return nil }
        return validation(node, context)
    }

    static func validation(_ node: YAMLNode, _ context: StepContext) -> StepResult? {
        guard let parsed = JSONSchema.parse(node, context: context) else { return nil }
        guard let schema = context.schema else {
            return context.unknown()
        }
        if let problem = JSONSchema.mismatch(node, schema) {
            context.report(
                .incompatibleSchema, problem, at: node.firstLine, notes: ["input has: \(schema)"],
                hint: "change the schema, or convert the field before")
            return nil
        }
        return StepResult(.validate(parsed), schema: schema)
    }

    static let matchAll = TransformDefinition(
        "MatchAll", category: "Sources", summary: "lists the files that patterns match",
        documentation: "One row with `path`, `size_in_bytes` and `last_updated_in_seconds` for each file.",
        example: "type: MatchAll\nconfig:\n  file_pattern: pattern",
        parameters: [
            Parameter("file_pattern", .fieldName, required: true, "The field that holds the patterns."),
            Parameter(
                "empty_match_treatment", .choice(MatchFilesOperation.EmptyMatchTreatment.allCases.map(\.rawValue)),
                default: "ALLOW", "What happens to a pattern that matches nothing."),
        ]
    ) { context in
        guard let node = context["file_pattern"], let name = node.string else { return nil }
        let output = Schema([
            Field("path", .string), Field("size_in_bytes", .int64), Field("last_updated_in_seconds", .double),
        ])
        guard let schema = context.schema else { return context.unknown() }
        guard let index = context.field(name, at: node.range, in: schema) else { return nil }
        let treatment =
            context.string("empty_match_treatment")
            .flatMap(MatchFilesOperation.EmptyMatchTreatment.init(rawValue:)) ?? .allow
        return StepResult(
            .matchFiles(MatchFilesOperation(patternField: index, emptyMatchTreatment: treatment)), schema: output)
    }
}
