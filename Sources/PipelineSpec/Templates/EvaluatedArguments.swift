import Diagnostics

/// Arguments of a call, a filter or a test, as values.
struct EvaluatedArguments {
    var positional: [RuntimeValue] = []
    var keywords: [(name: String, value: RuntimeValue)] = []

    /// An argument by position or name; one that is not there is `nil`, one that is undefined an error.
    func value(_ index: Int, _ name: String) throws(Diagnostic) -> RuntimeValue? {
        let found =
            index < positional.count ? positional[index] : keywords.first { $0.name == name }?.value
        if case .undefined(let diagnostic)? = found { throw diagnostic }
        return found
    }

    func text(_ index: Int, _ name: String) throws(Diagnostic) -> String? {
        try value(index, name).flatMap { if case .none = $0 { nil } else { PythonText.str($0).string } }
    }

    func flag(_ index: Int, _ name: String, default standard: Bool = false) throws(Diagnostic) -> Bool {
        try value(index, name)?.isTrue ?? standard
    }

    /// An integer within what sizes and positions may be.
    func integer(_ index: Int, _ name: String) throws(Diagnostic) -> Int? {
        try value(index, name)?.integer.map { Int(max(min($0, 1 << 31), -(1 << 31))) }
    }
}

extension TemplateEvaluator {
    func evaluate(
        _ arguments: TemplateArguments, in scope: TemplateScope
    ) throws(Diagnostic) -> EvaluatedArguments {
        var result = EvaluatedArguments()
        for argument in arguments.positional { result.positional.append(try evaluate(argument, in: scope)) }
        if let rest = arguments.positionalRest {
            result.positional += try items(of: try evaluate(rest, in: scope), rest.range)
        }
        for (name, argument) in arguments.keywords {
            result.keywords.append((name, try evaluate(argument, in: scope)))
        }
        if let rest = arguments.keywordRest {
            guard case .dictionary(let dictionary) = try defined(evaluate(rest, in: scope)) else {
                throw failure("'**' needs a dictionary", rest.range)
            }
            for (key, value) in zip(dictionary.keys, dictionary.values) {
                result.keywords.append((PythonText.str(key).string, value))
            }
        }
        return result
    }

    func call(
        _ callee: RuntimeValue, _ arguments: EvaluatedArguments, _ range: Range<Int>,
        _ function: TemplateExpression
    ) throws(Diagnostic) -> RuntimeValue {
        switch try defined(callee) {
        case .macro(let macro): return .string(try call(macro, arguments, range))
        case .builtin(let name): return try callBuiltin(name, arguments, range)
        case .method(let value, let name): return try callMethod(name, of: value, arguments, range)
        case .block(let name, let level):
            let text = try capture(range) { () throws(Diagnostic) in
                try executeBlock(name, level: level, rootScope)
            }
            return .string(text)
        default:
            let written = String(decoding: template.source.utf8[function.range], as: UTF8.self)
            throw failure("'\(written)' is not a function but a value of type \(callee.typeName)", function.range)
        }
    }

    private func call(
        _ callee: RuntimeMacro, _ arguments: EvaluatedArguments, _ range: Range<Int>
    ) throws(Diagnostic) -> MappedText {
        let macro = callee.macro
        let scope = TemplateScope(parent: callee.scope)
        var keywords = arguments.keywords
        if let caller = keywords.firstIndex(where: { $0.name == "caller" }) {
            scope["caller"] = keywords.remove(at: caller).value
        }
        if arguments.positional.count > macro.parameters.count, !macro.usesVarargs {
            throw failure(
                "the macro '\(macro.name)' takes \(macro.parameters.count) arguments, "
                    + "found \(arguments.positional.count)",
                range)
        }
        let calling = template
        return try capture(range) { () throws(Diagnostic) in
            defer { template = calling }
            for (index, parameter) in macro.parameters.enumerated() {
                if index < arguments.positional.count {
                    scope[parameter.name] = arguments.positional[index]
                } else if let keyword = keywords.firstIndex(where: { $0.name == parameter.name }) {
                    scope[parameter.name] = keywords.remove(at: keyword).value
                } else if let standard = parameter.value {
                    template = callee.template
                    scope[parameter.name] = try evaluate(standard, in: scope)
                    template = calling
                } else {
                    scope[parameter.name] = .undefined(
                        Diagnostic(
                            .undefinedVariable,
                            "the parameter '\(parameter.name)' of the macro '\(macro.name)' was not given",
                            at: place(range)))
                }
            }
            if let keyword = keywords.first, !macro.usesKwargs {
                throw failure(
                    "the macro '\(macro.name)' has no parameter '\(keyword.name)'", range,
                    hint: Suggestion.hint(
                        for: keyword.name, among: macro.parameters.map(\.name), listing: "parameters"))
            }
            if macro.usesVarargs {
                scope["varargs"] = .tuple(Array(arguments.positional.dropFirst(macro.parameters.count)))
            }
            if macro.usesKwargs {
                let rest = RuntimeDictionary()
                for keyword in keywords { rest[keyword.name] = keyword.value }
                scope["kwargs"] = .dictionary(rest)
            }
            template = callee.template
            try execute(macro.body, in: scope)
        }
    }
}
