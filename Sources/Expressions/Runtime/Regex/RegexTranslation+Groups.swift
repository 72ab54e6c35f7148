extension RegexTranslation {
    private mutating func open(_ text: String, _ number: Int?, at position: Int) throws(PythonError) {
        guard openGroups.count < 100 else { throw error("too many nested groups", at: position) }
        openGroups.append((position, isVerbose))
        openNumbers.append(number)
        output += text
        last = .nothing
    }

    private mutating func capture(at position: Int) throws(PythonError) {
        groupCount += 1
        try open("(", groupCount, at: position)
    }

    mutating func group() throws(PythonError) {
        let start = at
        at += 1
        guard peek() == "?" else { return try capture(at: start) }
        at += 1
        guard let code = peek() else { throw error("unexpected end of pattern", at: at) }
        at += 1
        switch code {
        case ":", "=", "!", ">": try open("(?\(code)", nil, at: start)
        case "<":
            guard let direction = peek() else { throw error("unexpected end of pattern", at: at) }
            guard direction == "=" || direction == "!" else {
                throw error("unknown extension ?<\(direction)", at: start + 1)
            }
            at += 1
            try open("(?<\(direction)", nil, at: start)
        case "#":
            while at < scalars.count, scalars[at] != ")" { at += 1 }
            guard peek() != nil else { throw error("missing ), unterminated comment", at: start) }
            at += 1
        case "P": try namedGroup(start)
        case "(": try conditional(start)
        default:
            guard code == "-" || ("a"..."z").contains(code) || ("A"..."Z").contains(code) else {
                throw error("unknown extension ?\(code)", at: start + 1)
            }
            at -= 1
            try inlineFlags(start)
        }
    }

    private mutating func name(until end: Unicode.Scalar) throws(PythonError) -> String {
        let start = at
        var name = ""
        while let scalar = peek(), scalar != end {
            name.unicodeScalars.append(scalar)
            at += 1
        }
        guard peek() != nil else {
            if name.isEmpty { throw error("missing group name", at: start) }
            throw error("missing \(end), unterminated name", at: start)
        }
        if name.isEmpty { throw error("missing group name", at: start) }
        at += 1
        return name
    }

    private func index(of name: String) -> Int? { names.first { $0.name.utf8.elementsEqual(name.utf8) }?.index }

    private mutating func namedGroup(_ start: Int) throws(PythonError) {
        guard let code = peek() else { throw error("unexpected end of pattern", at: at) }
        at += 1
        let nameStart = at
        switch code {
        case "<":
            let name = try name(until: ">")
            guard StringPredicates.holds("isidentifier", name) else {
                throw error("bad character in group name \(PythonRuntime.quoted(name))", at: nameStart)
            }
            if let before = index(of: name) {
                throw error(
                    "redefinition of group name \(PythonRuntime.quoted(name)) as group \(groupCount + 1); "
                        + "was group \(before)", at: nameStart)
            }
            names.append((name, groupCount + 1))
            try capture(at: start)
        case "=":
            let name = try name(until: ")")
            guard let number = index(of: name) else {
                throw error("unknown group name \(PythonRuntime.quoted(name))", at: nameStart)
            }
            guard closedGroups.contains(number) else { throw error("cannot refer to an open group", at: nameStart) }
            output += "\\g{\(number)}"
            last = .atom
        default: throw error("unknown extension ?P\(code)", at: start + 1)
        }
    }

    private mutating func conditional(_ start: Int) throws(PythonError) {
        let nameStart = at
        let name = try name(until: ")")
        let number: Int
        if let written = Int(name) {
            guard written > 0 else { throw error("bad group number", at: nameStart) }
            number = written
            conditions.append((written, nameStart))
        } else {
            guard let found = index(of: name) else {
                throw error("unknown group name \(PythonRuntime.quoted(name))", at: nameStart)
            }
            number = found
        }
        try open("(?(\(number))", nil, at: start)
    }

    private mutating func inlineFlags(_ start: Int) throws(PythonError) {
        var added = Flags()
        var text = ""
        var isRemoving = false
        let outer = isVerbose
        while let scalar = peek(), scalar != ")", scalar != ":" {
            switch scalar {
            case "i", "m", "s", "x":
                if !isRemoving {
                    added.insert(
                        scalar == "i" ? .ignoreCase : scalar == "m" ? .multiline : scalar == "s" ? .dotAll : .verbose)
                }
                if isRemoving, scalar == "x" { isVerbose = false }
                text.unicodeScalars.append(scalar)
            case "a": added.insert(.ascii)
            case "u": break
            case "-" where !isRemoving:
                isRemoving = true
                text += "-"
            case let first where text.isEmpty && added.isEmpty && !isRemoving && at == start + 2:
                throw error("unknown extension ?\(first)", at: start + 1)
            default: throw error("unknown flag", at: at)
            }
            at += 1
        }
        guard let end = peek() else { throw error("missing -, : or )", at: at) }
        at += 1
        if end == ")" {
            if isRemoving { throw error("missing :", at: at - 1) }
            guard start == 0 else { throw error("global flags not at the start of the expression", at: start) }
            flags.formUnion(added)
            if added.contains(.verbose) { isVerbose = true }
            return
        }
        try open("(?\(text):", nil, at: start)
        openGroups[openGroups.count - 1].isVerbose = outer
        if added.contains(.verbose) { isVerbose = true }
    }
}
