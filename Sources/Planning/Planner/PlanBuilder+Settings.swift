import Diagnostics
import PipelineSpec

extension PlanBuilder {
    /// `error_handling` of a step and the place of its output's name.
    func errorHandling(_ spec: TransformSpec) -> (handling: ErrorHandling?, range: SourceRange?, isValid: Bool) {
        guard let node = spec.config?["error_handling"], !node.isNull else { return (nil, nil, true) }
        guard let pairs = node.mapping else {
            // The check of parameters reports it.
            return (nil, nil, false)
        }
        let keys = [
            "output", "threshold", "main_tag", "exc_class", "partial", "use_subprocess", "threshold_windowing",
            "timeout", "on_failure_callback", "allow_unsafe_userfn_args", "error_handler",
        ]
        for pair in pairs {
            guard let key = pair.key.scalar?.text, !keys.contains(key) else { continue }
            report(
                .unknownParameter, "'error_handling' has no part '\(key)'", at: pair.key.range,
                hint: Suggestion.hint(for: key, among: ["output", "threshold"], listing: "parts"))
            return (nil, nil, false)
        }
        guard let output = node["output"], let name = output.string else {
            report(
                .missingParameter, "'error_handling' needs 'output'", at: node["output"]?.range ?? node.firstLine,
                hint: "add 'output: errors' and read 'NAME.errors' in another transform")
            return (nil, nil, false)
        }
        var threshold: Double?
        if let written = node["threshold"], !written.isNull {
            guard let number = written.number, (0...1).contains(number) else {
                report(
                    .wrongParameterType, "'threshold' expects a number from 0 to 1", at: written.firstLine,
                    hint: "write a share of the rows, such as 0.1")
                return (nil, nil, false)
            }
            threshold = number
        }
        return (ErrorHandling(output: name, threshold: threshold), output.range, true)
    }

    /// What a step needs of its workers; local runs ignore it.
    func resourceHints(_ node: YAMLNode?) -> [ResourceHint] {
        var hints: [ResourceHint] = []
        for pair in node?.mapping ?? [] {
            let value = pair.value
            var isValid = true
            switch pair.key.scalar?.text ?? "" {
            case "min_ram", "minRam":
                if let bytes = Self.bytes(value) { hints.append(.minRAM(bytes: bytes)) } else { isValid = false }
            case "accelerator":
                if let text = value.string { hints.append(.accelerator(text)) } else { isValid = false }
            case "cpu_count", "cpuCount":
                if let count = value.scalar.flatMap({ Int($0.text) }) {
                    hints.append(.cpuCount(count))
                } else {
                    isValid = false
                }
            case "max_active_bundles_per_worker", "maxActiveBundlesPerWorker":
                if let count = value.scalar.flatMap({ Int($0.text) }) {
                    hints.append(.maxActiveBundlesPerWorker(count))
                } else {
                    isValid = false
                }
            case let key:
                report(
                    .unknownParameter, "there is no resource hint '\(key)'", at: pair.key.range,
                    hint: Suggestion.hint(
                        for: key, among: ["min_ram", "accelerator", "cpu_count", "max_active_bundles_per_worker"],
                        listing: "hints"))
            }
            if !isValid {
                report(
                    .wrongParameterType, "'\(value.scalar?.text ?? value.kindName)' is not a value of this hint",
                    at: value.firstLine, hint: "write 'min_ram: 4GB', 'cpu_count: \"2\"' or 'accelerator: \"type:…\"'")
            }
        }
        return hints
    }

    /// A number of bytes, or a number with a unit of 1000 or 1024.
    private static func bytes(_ node: YAMLNode) -> Int64? {
        if let number = node.integer { return number }
        guard let text = node.string else { return nil }
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units: [(String, Double)] = [
            ("", 1), ("B", 1), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("KIB", 1024),
            ("MIB", 1_048_576), ("GIB", 1_073_741_824), ("TIB", 1_099_511_627_776),
        ]
        let unit = text.dropFirst(digits.count).filter { $0 != " " }.uppercased()
        guard let number = Double(digits), let scale = units.first(where: { $0.0 == unit })?.1 else { return nil }
        return Int64(exactly: (number * scale).rounded())
    }
}
