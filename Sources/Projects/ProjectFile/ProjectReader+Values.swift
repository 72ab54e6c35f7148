import Diagnostics
import PipelineSpec

/// The values of a target's keys.
extension ProjectReader {
    /// One word of a few.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ node: YAMLNode, _ key: ProjectKeys.Target
    ) -> Word? where Word.RawValue == String {
        guard let text = structure.text(node, "'\(key.rawValue)'") else { return nil }
        if let word = Word(rawValue: text.text) { return word }
        let words = Word.allCases.map(\.rawValue)
        structure.report(
            .invalidTarget, "there is no \(key.rawValue) '\(text.text)'", at: text.range,
            hint: Suggestion.hint(for: text.text, among: words, listing: "known"))
        return nil
    }

    mutating func count(_ node: YAMLNode, _ key: ProjectKeys.Target) -> Int? {
        if case .int(let number)? = node.scalar?.value, ProjectKeys.counts.contains(Int(number)) { return Int(number) }
        let found = node.scalar.flatMap { if case .int = $0.value { $0.text } else { nil } } ?? node.kindName
        structure.report(
            .invalidTarget,
            "'\(key.rawValue)' must be a whole number from \(ProjectKeys.counts.lowerBound) to "
                + "\(ProjectKeys.counts.upperBound), found \(found)", at: node.place,
            hint: node.string.flatMap(Int.init).map { "write \($0) without quotes" })
        return nil
    }

    /// An amount of memory in bytes.
    mutating func size(_ node: YAMLNode, _ what: String) -> Int? {
        if let scalar = node.scalar {
            switch scalar.value {
            case .string(let text): if let bytes = ByteSize.bytes(of: text) { return bytes }
            case .int(let number): if let bytes = ByteSize.bytes(of: String(number)) { return bytes }
            default: break
            }
        }
        structure.report(
            .invalidTarget, "\(what) must be an amount of memory, found \(node.scalar?.text ?? node.kindName)",
            at: node.place, hint: "write a number and a unit, such as 512MB or 2GB")
        return nil
    }

    mutating func secret(_ node: YAMLNode, _ what: String) -> SecretText? {
        guard let text = structure.text(node, what) else { return nil }
        return secret(text.text, node)
    }

    private mutating func secret(_ text: String, _ node: YAMLNode) -> SecretText? {
        do throws(SecretText.Problem) {
            return try SecretText(parsing: text, at: node.range)
        } catch {
            structure.report(
                .invalidTarget, error.message, at: node.sourceRange(ofContent: error.place), hint: error.hint)
            return nil
        }
    }

    /// A list of texts.
    mutating func texts(_ node: YAMLNode, _ what: String) -> [String] {
        guard let items = node.sequence else {
            structure.report(
                .invalidTarget, "\(what) must be a list, found \(node.kindName)", at: node.place,
                hint: "write [lib/connector.jar]")
            return []
        }
        return items.compactMap { structure.text($0, "each of \(what)")?.text }
    }

    mutating func resources(_ node: YAMLNode) -> TargetResources {
        var resources = TargetResources()
        let hint = "write 'worker: {cpu: 2, memory: 4GB}'"
        guard let pairs = structure.map(node, "'resources'", hint: hint) else { return resources }
        structure.checkKeys(of: pairs, in: "'resources'", allowed: ProjectKeys.resources)
        if let driver = node["driver"] { resources.driver = amount(driver, "'driver'") }
        if let worker = node["worker"] { resources.worker = amount(worker, "'worker'") }
        return resources
    }

    private mutating func amount(_ node: YAMLNode, _ what: String) -> TargetResources.Amount {
        var amount = TargetResources.Amount()
        guard let pairs = structure.map(node, what, hint: "write {cpu: 2, memory: 4GB}") else { return amount }
        structure.checkKeys(of: pairs, in: what, allowed: ProjectKeys.amounts)
        if let cpu = node["cpu"] {
            switch cpu.scalar?.value {
            case .int(let number)? where number > 0: amount.cpu = Double(number)
            case .float(let number)? where number > 0 && number.isFinite: amount.cpu = number
            default:
                structure.report(
                    .invalidTarget, "'cpu' must be a number of cores, found \(cpu.scalar?.text ?? cpu.kindName)",
                    at: cpu.place, hint: "write a positive number such as 2 or 0.5")
            }
        }
        if let memory = node["memory"] { amount.memory = size(memory, "'memory'") }
        return amount
    }

    /// The engine's settings: names with dots, also written as maps within maps.
    mutating func settings(_ node: YAMLNode) -> [TargetSetting] {
        var settings: [TargetSetting] = []
        var places: [String: SourceRange] = [:]
        add(node, prefix: "", to: &settings, &places)
        return settings
    }

    private mutating func add(
        _ node: YAMLNode, prefix: String, to settings: inout [TargetSetting], _ places: inout [String: SourceRange]
    ) {
        let what = prefix.isEmpty ? "'settings'" : "'\(prefix.dropLast())'"
        for pair in structure.map(node, what, hint: "write 'NAME: VALUE', with the engine's own names") ?? [] {
            guard let key = pair.key.scalar?.text else { continue }
            let name = prefix + key
            if pair.value.mapping != nil {
                add(pair.value, prefix: name + ".", to: &settings, &places)
                continue
            }
            guard let scalar = pair.value.scalar, !pair.value.isNull else {
                structure.report(
                    .invalidTarget, "the setting '\(name)' must be a text, found \(pair.value.kindName)",
                    at: pair.value.isNull ? pair.key.range : pair.value.place,
                    hint: pair.value.isNull
                        ? "give it a value, or remove it" : "write it as the engine wants it, in quotes")
                continue
            }
            if let first = places[name] {
                structure.report(
                    .duplicateKey, "the setting '\(name)' is given twice", at: pair.key.range,
                    hint: "remove one of the two", related: [Diagnostic.Related("first given here", at: first)])
                continue
            }
            places[name] = pair.key.range
            // As written: the engine has its own idea of what is a number.
            guard let value = secret(scalar.text, pair.value) else { continue }
            warnOfSecret(name, value, pair)
            settings.append(TargetSetting(name: name, value: value))
        }
    }

    /// Files like this one end up in version control.
    private mutating func warnOfSecret(_ name: String, _ value: SecretText, _ pair: YAMLPair) {
        guard !value.hasVariables, Secrets.isSecret(name: name), pair.value.scalar?.text.isEmpty == false else {
            return
        }
        let variable = name.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" }
        structure.diagnostics.append(
            Diagnostic(
                .secretInFile, severity: .warning, "'\(name)' looks like a secret", at: pair.key.range,
                hint: "keep it in the environment: ${env:\(String(variable))}"))
    }
}
