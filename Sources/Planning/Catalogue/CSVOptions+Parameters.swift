import DataModel
import Diagnostics
import PipelineSpec

extension CSVOptions {
    /// `nil` after reporting what is wrong.
    init?(reading context: StepContext) {
        self.init()
        guard let delimiter = Self.byte("delimiter", or: "sep", default: UInt8(ascii: ","), context) else { return nil }
        self.delimiter = delimiter
        if context["comment"] != nil {
            guard let comment = Self.byte("comment", or: nil, default: 0, context) else { return nil }
            self.comment = comment
        }
        filenameColumn = context.string("filename_column")
        if let names = context["names"]?.sequence {
            self.names = names.compactMap(\.string)
            hasHeader = false
        }
        if let header = context.config?["header"] {
            if header.isNull {
                hasHeader = false
            } else if header.integer == 0 || header.string == "infer" {
                hasHeader = header.integer == 0 || names == nil
            } else {
                context.report(
                    .wrongParameterType,
                    "'header' cannot be \(header.scalar.map { "'\($0.text)'" } ?? header.kindName)",
                    at: header.firstLine, hint: "write 0 for a first line of names, or null for none")
                return nil
            }
        }
        for pair in context["dtype"]?.mapping ?? [] {
            guard let name = pair.key.scalar?.text, let type = Self.type(pair.value, context) else { return nil }
            types[name] = type
        }
    }

    /// `nil` after reporting what is wrong.
    init?(writing context: StepContext) {
        self.init()
        guard let delimiter = Self.byte("delimiter", or: "sep", default: UInt8(ascii: ","), context) else { return nil }
        self.delimiter = delimiter
        hasHeader = context.flag("header") ?? true
    }

    private static func byte(
        _ parameter: String, or other: String?, default value: UInt8, _ context: StepContext
    ) -> UInt8? {
        guard let node = context[parameter] ?? other.flatMap({ context[$0] }), let text = node.string else {
            return value
        }
        if text == "\\t" { return 9 }
        guard text.utf8.count == 1, let byte = text.utf8.first, byte != 10, byte != 13, byte != 34 else {
            context.report(
                .wrongParameterType, "'\(parameter)' expects one ASCII character, but this is '\(text)'",
                at: node.range, hint: "write one character, such as ';' or \"\\t\"")
            return nil
        }
        return byte
    }

    private static func type(_ node: YAMLNode, _ context: StepContext) -> FieldType? {
        switch node.string {
        case "str", "string", "object": return .string.nullable
        case "int", "int64", "Int64", "int32", "Int32": return .int64.nullable
        case "float", "float64", "Float64", "double": return .double.nullable
        case "bool", "boolean": return .boolean.nullable
        default:
            let known = ["str", "int64", "float64", "bool"]
            context.report(
                .wrongParameterType, "'\(node.scalar?.text ?? "")' is not a type of 'dtype'", at: node.firstLine,
                hint: Suggestion.hint(for: node.scalar?.text ?? "", among: known, listing: "types"))
            return nil
        }
    }
}
