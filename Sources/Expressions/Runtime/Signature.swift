import DataModel

/// What a method or function accepts and gives: the checker and the run-time check of arguments read the same table.
struct Signature: Sendable {
    enum Result: Sendable {
        case fixed(FieldType)
        /// The receiver's or first argument's type.
        case same
        /// The type of the elements of the receiver or first argument.
        case element
        case custom(@Sendable ([FieldType]) -> FieldType?)
        case unknown
    }

    /// Names of the parameters in order.
    let parameters: [String]
    /// How many of them a call must give.
    let required: Int
    /// Whether arguments may be given by name.
    let acceptsKeywords: Bool
    /// Whether any number of positional arguments follows.
    let isVariadic: Bool
    let result: Result

    init(_ parameters: [String], required: Int? = nil, keywords: Bool = false, variadic: Bool = false, _ result: Result)
    {
        self.parameters = parameters
        self.required = required ?? parameters.count
        acceptsKeywords = keywords
        isVariadic = variadic
        self.result = result
    }

    static func none(_ type: FieldType) -> Signature { Signature([], .fixed(type)) }
    static func one(_ type: FieldType) -> Signature { Signature(["x"], .fixed(type)) }

    /// The static type of a call; `nil` where it follows only at run time.
    func resultType(_ receiverAndArguments: [FieldType]) -> FieldType? {
        switch result {
        case .fixed(let type): type
        case .same: receiverAndArguments.first
        case .element:
            switch receiverAndArguments.first?.kind {
            case .list(let element): element
            case .map(let key, _): key
            case .string: .string
            case .bytes: .int64
            default: nil
            }
        case .custom(let rule): rule(receiverAndArguments)
        case .unknown: nil
        }
    }

    /// The arguments in order of the parameters, `nil` where one is not given; variadic ones follow.
    func bind(
        _ owner: String?, _ name: String, _ positional: [Value], _ keywords: [(String, Value)]
    ) throws(PythonError) -> [Value?] {
        let shown = owner.map { "\($0).\(name)" } ?? name
        if !keywords.isEmpty, !acceptsKeywords {
            throw .typeError("\(shown)() takes no keyword arguments")
        }
        let given = positional.count + keywords.count
        if given > parameters.count, !isVariadic || !keywords.isEmpty && positional.count > parameters.count {
            throw countError(shown, name, given)
        }
        var bound: [Value?] = positional
        while bound.count < parameters.count { bound.append(nil) }
        for (keyword, value) in keywords {
            guard let place = parameters.firstIndex(of: keyword) else {
                throw .typeError("'\(keyword)' is an invalid keyword argument for \(name)()")
            }
            guard place >= positional.count, bound[place] == nil else {
                throw .typeError("argument for \(name)() given by name ('\(keyword)') and position (\(place + 1))")
            }
            bound[place] = value
        }
        if let missing = bound.prefix(required).firstIndex(where: { $0 == nil }) {
            if acceptsKeywords, !keywords.isEmpty || required < parameters.count {
                throw .typeError("\(name)() missing required argument '\(parameters[missing])' (pos \(missing + 1))")
            }
            throw countError(shown, name, given)
        }
        return bound
    }

    private func countError(_ shown: String, _ name: String, _ given: Int) -> PythonError {
        if parameters.isEmpty { return .typeError("\(shown)() takes no arguments (\(given) given)") }
        if parameters.count == 1, required == 1, !isVariadic {
            return .typeError("\(shown)() takes exactly one argument (\(given) given)")
        }
        let isLow = given < required
        let bound = isLow ? required : parameters.count
        let plural = bound == 1 ? "" : "s"
        if acceptsKeywords {
            return .typeError("\(name)() takes at most \(bound) argument\(plural) (\(given) given)")
        }
        let limit = required == parameters.count ? "" : isLow ? "at least " : "at most "
        return .typeError("\(name) expected \(limit)\(bound) argument\(plural), got \(given)")
    }
}
