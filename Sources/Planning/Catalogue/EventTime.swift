import DataModel
import Diagnostics
import PipelineSpec

extension TransformDefinition {
    static let windowInto = TransformDefinition(
        "WindowInto", category: "Event time", summary: "cuts event time into windows",
        documentation: """
            `{type: fixed, size: 60s}`, `{type: sliding, size: 1h, period: 5m}`, `{type: sessions, gap: 30s}` or
            `{type: global}`; fixed and sliding windows take an `offset`. Units are `ms`, `s`, `m`, `h` and `d`.
            """,
        example: "type: WindowInto\nwindowing:\n  type: fixed\n  size: 60s",
        parameters: [
            Parameter("windowing", .oneOf([.windowing, .string]), "The windows; it may stand beside `type`, too.")
        ]
    ) { context in
        guard let node = context.spec.windowing ?? context["windowing"] else {
            context.report(
                .missingParameter, "'WindowInto' needs the parameter 'windowing'", at: context.spec.typeRange,
                hint: "add 'windowing: {type: fixed, size: 60s}'")
            return nil
        }
        guard let windowing = WindowingReader(context: context).readText(node) else { return nil }
        var result = StepResult(.window(windowing), schema: context.schema)
        result.windowing = windowing
        return result
    }

    static let extractWindowingInfo = TransformDefinition(
        "ExtractWindowingInfo", category: "Event time", summary: "appends the event time and the window of each row",
        documentation: "A list of properties, or a map of the new fields' names and their properties.",
        example: "type: ExtractWindowingInfo\nconfig:\n  fields: [timestamp, window_start, window_end]",
        parameters: [
            Parameter(
                "fields", .oneOf([.list(.string), .map]), default: "[timestamp, window_start, window_end]",
                "What to append.")
        ]
    ) { context in
        var wanted: [(name: String, property: String, range: SourceRange)] = []
        if let node = context["fields"] {
            for item in node.sequence ?? [] {
                wanted.append((item.scalar?.text ?? "", item.scalar?.text ?? "", item.range))
            }
            for pair in node.mapping ?? [] {
                wanted.append((pair.key.scalar?.text ?? "", pair.value.scalar?.text ?? "", pair.value.range))
            }
        } else {
            wanted = ["timestamp", "window_start", "window_end"].map { ($0, $0, context.spec.typeRange) }
        }
        var fields = context.schema?.fields
        var info: [WindowingInfoField] = []
        for (name, text, range) in wanted {
            guard let property = WindowingInfoField.Property(rawValue: text) else {
                context.report(
                    .wrongParameterType, "'\(text)' is not a property of a window", at: range,
                    hint: Suggestion.hint(
                        for: text, among: WindowingInfoField.Property.allCases.map(\.rawValue), listing: "properties"))
                return nil
            }
            if context.schema?.index(of: name) != nil {
                context.report(
                    .fieldRedefined, "'\(name)' is already a field of the input", at: range,
                    hint: "write 'fields' as a map, with another name for it")
                return nil
            }
            info.append(WindowingInfoField(name: name, property: property))
            fields?.append(Field(name, type(of: property)))
        }
        guard let fields else { return context.unknown() }
        return StepResult(.extractWindowingInfo(info), schema: Schema(fields))
    }

    private static func type(of property: WindowingInfoField.Property) -> FieldType {
        switch property {
        case .timestamp, .windowStart, .windowEnd: .timestamp
        case .windowString, .windowType: .string
        case .windowObject: .row(Schema([Field("start", .timestamp), Field("end", .timestamp)]))
        case .paneInfo:
            .row(
                Schema([
                    Field("is_first", .boolean), Field("is_last", .boolean), Field("timing", .string),
                    Field("index", .int64), Field("nonspeculative_index", .int64),
                ]))
        }
    }
}

/// Reads `windowing`.
struct WindowingReader {
    let context: StepContext

    /// Also takes the map as a text, as Beam does below `config`; `nil` after reporting what is wrong.
    func readText(_ node: YAMLNode) -> Windowing? {
        guard let text = node.string else { return read(node) }
        let (root, problems) = YAMLParser.parse(RenderedText(SourceFile(path: "<windowing>", text: text)))
        let inner = StepContext(
            spec: context.spec, name: context.name, inputs: [], errorHandling: nil, services: context.services)
        let windowing = problems.hasErrors ? nil : root.flatMap { WindowingReader(context: inner).read($0) }
        // Places in the text are not places in the file.
        for var problem in problems + inner.diagnostics {
            problem.range = node.range
            context.report(problem)
        }
        return windowing
    }

    /// `nil` after reporting what is wrong.
    func read(_ node: YAMLNode) -> Windowing? {
        guard let pairs = node.mapping else {
            return invalid("'windowing' must be a map, found \(node.kindName)", node)
        }
        let keys: [String: [String]] = [
            "global": [], "fixed": ["size", "offset"], "sliding": ["size", "period", "offset"], "sessions": ["gap"],
        ]
        let types = ["fixed", "sliding", "sessions", "global"]
        guard let typeNode = node["type"], let type = typeNode.string else {
            return invalid(
                "'windowing' has no 'type'", node, hint: "add 'type', one of " + types.joined(separator: ", "))
        }
        guard let allowed = keys[type] else {
            return invalid(
                "there are no '\(type)' windows", typeNode,
                hint: Suggestion.hint(for: type, among: types, listing: "types"))
        }
        for pair in pairs {
            guard let key = pair.key.scalar?.text, key != "type", !allowed.contains(key) else { continue }
            return invalid(
                "\(type) windows have no '\(key)'", pair.key,
                hint: allowed.isEmpty
                    ? "remove it" : Suggestion.hint(for: key, among: allowed, listing: "they have"))
        }
        func duration(_ key: String, required: Bool = true) -> Int64? {
            guard let value = node[key] else {
                if !required { return 0 }
                invalid("\(type) windows need '\(key)'", typeNode, hint: "add '\(key)', such as '\(key): 60s'")
                return nil
            }
            return self.duration(value, key, isPositive: required)
        }
        switch type {
        case "fixed":
            guard let size = duration("size"), let offset = duration("offset", required: false) else { return nil }
            return .fixed(size: size, offset: Self.remainder(offset, size))
        case "sliding":
            guard let size = duration("size"), let period = duration("period"),
                let offset = duration("offset", required: false)
            else { return nil }
            guard size / period <= Self.maximumOverlap else {
                return invalid(
                    "each row would be in \(size / period) windows", node["period"] ?? node,
                    hint: "make 'period' longer: a row may be in \(Self.maximumOverlap) windows")
            }
            return .sliding(size: size, period: period, offset: Self.remainder(offset, period))
        case "sessions": return duration("gap").map { .sessions(gap: $0) }
        default: return .global
        }
    }

    /// Each row is copied into every window that it is in.
    private static let maximumOverlap: Int64 = 10_000

    private static func remainder(_ offset: Int64, _ size: Int64) -> Int64 {
        let remainder = offset % size
        return remainder < 0 ? remainder + size : remainder
    }

    /// A number of seconds, or a number and a unit, in microseconds.
    private func duration(_ node: YAMLNode, _ key: String, isPositive: Bool) -> Int64? {
        let units: [(String, Double)] = [("ms", 1e3), ("s", 1e6), ("m", 60e6), ("h", 3600e6), ("d", 86400e6)]
        var seconds = node.number.map { $0 * 1e6 }
        if let text = node.string {
            let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "+") }
            var unit = text.dropFirst(digits.count)
            while unit.first == " " { unit = unit.dropFirst() }
            let known = units.first { $0.0 == unit }
            guard let number = Double(digits) else {
                invalid("'\(text)' is not a duration", node, hint: "write a number and a unit, such as '\(key): 60s'")
                return nil
            }
            guard let scale = unit.isEmpty ? 1e6 : known?.1 else {
                invalid(
                    "'\(unit)' is not a unit of time", node,
                    hint: "units: " + units.map { "'\($0.0)'" }.joined(separator: ", "))
                return nil
            }
            if unit == "d" {
                context.reportNotPortable("Beam's 'd' is 12 hours", at: node.range, hint: "write it in hours")
            }
            seconds = number * scale
        }
        guard let seconds, seconds.isFinite, abs(seconds) < 9e18, let micros = Int64(exactly: seconds.rounded()) else {
            invalid("'\(key)' is not a duration", node, hint: "write a number and a unit, such as '\(key): 60s'")
            return nil
        }
        guard micros > 0 || !isPositive else {
            invalid("'\(key)' must be more than 0", node, hint: "write a duration such as '\(key): 60s'")
            return nil
        }
        return micros
    }

    @discardableResult
    private func invalid(_ message: String, _ node: YAMLNode, hint: String? = nil) -> Windowing? {
        context.report(
            .invalidWindow, message, at: node.firstLine, hint: hint ?? "write 'windowing: {type: fixed, size: 60s}'")
        return nil
    }
}
