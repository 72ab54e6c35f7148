import Diagnostics

/// A value while a template is evaluated: Python's, as far as templates use it.
enum RuntimeValue {
    /// Something that is not there; any use but `is defined` and `default` is this error.
    case undefined(Diagnostic)
    case none
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case string(MappedText)
    case list(RuntimeList)
    case tuple([RuntimeValue])
    case dictionary(RuntimeDictionary)
    case namespace(RuntimeDictionary)
    case loop(RuntimeLoop)
    case macro(RuntimeMacro)
    /// An imported template: its top-level names.
    case module(TemplateScope, path: String)
    /// A function or type by its dotted name, such as `range` or `datetime.datetime.now`.
    case builtin(String)
    indirect case method(RuntimeValue, String)
    case block(String, level: Int)
    case date(TemplateDate)
    /// Microseconds.
    case duration(Int64)

    static func string(_ text: String) -> RuntimeValue { .string(MappedText(text)) }
    static func list(_ items: [RuntimeValue]) -> RuntimeValue { .list(RuntimeList(items)) }

    init(_ value: TemplateValue) {
        switch value {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .float(value)
        case .string(let text): self = .string(text)
        case .list(let items): self = .list(items.map { RuntimeValue($0) })
        case .dictionary(let entries):
            let dictionary = RuntimeDictionary()
            for entry in entries { dictionary[entry.key] = RuntimeValue(entry.value) }
            self = .dictionary(dictionary)
        }
    }

    /// Python's name of the type, for messages.
    var typeName: String {
        switch self {
        case .undefined: "undefined"
        case .none: "None"
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .namespace: "namespace"
        case .loop: "loop"
        case .macro: "macro"
        case .module: "module"
        case .builtin, .method, .block: "function"
        case .date(let date): date.time == nil ? "date" : "datetime"
        case .duration: "timedelta"
        }
    }

    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .string(let text): text.count > 0
        case .list(let list): !list.items.isEmpty
        case .tuple(let items): !items.isEmpty
        case .dictionary(let dictionary): !dictionary.keys.isEmpty
        case .duration(let value): value != 0
        default: true
        }
    }

    /// A number as Python's arithmetic sees it: booleans are 0 and 1.
    var integer: Int64? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    var number: Double? {
        if case .float(let value) = self { value } else { integer.map(Double.init) }
    }
}

/// A list that methods may change in place.
final class RuntimeList {
    var items: [RuntimeValue]

    init(_ items: [RuntimeValue]) { self.items = items }
}

/// A dictionary in order of insertion. Keys of other kinds than strings are kept beside their Python spelling.
final class RuntimeDictionary {
    private(set) var keys: [RuntimeValue] = []
    private(set) var values: [RuntimeValue] = []
    private var positions: [String: Int] = [:]

    /// Distinguishes `1` and `'1'`, compares strings by code points.
    static func identity(_ key: RuntimeValue) -> String {
        switch key {
        case .string(let text): identity(text.string)
        case .bool(let value): "n\(value ? 1 : 0)"
        case .int(let value): "n\(value)"
        case .float(let value): Int64(exactly: value).map { "n\($0)" } ?? "f\(value)"
        default: "o" + PythonText.repr(key)
        }
    }

    static func identity(_ key: String) -> String {
        if key.utf8.allSatisfy({ $0 < 0x80 }) { return "s" + key }
        return "u" + key.unicodeScalars.map { String($0.value) }.joined(separator: ",")
    }

    subscript(key: RuntimeValue) -> RuntimeValue? {
        get { positions[Self.identity(key)].map { values[$0] } }
        set {
            let identity = Self.identity(key)
            if let newValue {
                if let position = positions[identity] {
                    values[position] = newValue
                } else {
                    positions[identity] = keys.count
                    keys.append(key)
                    values.append(newValue)
                }
            } else if let position = positions[identity] {
                keys.remove(at: position)
                values.remove(at: position)
                positions = [:]
                for (index, key) in keys.enumerated() { positions[Self.identity(key)] = index }
            }
        }
    }

    subscript(key: String) -> RuntimeValue? {
        get { positions[Self.identity(key)].map { values[$0] } }
        set { self[.string(key)] = newValue }
    }

    var stringKeys: [String] {
        keys.compactMap { if case .string(let text) = $0 { text.string } else { nil } }
    }
}

/// What `loop` names inside of a `for`.
final class RuntimeLoop {
    var index = 0
    let items: [RuntimeValue]
    let depth: Int

    init(items: [RuntimeValue], depth: Int) {
        self.items = items
        self.depth = depth
    }
}

/// A macro with the template and the names it was defined among.
final class RuntimeMacro {
    let macro: TemplateMacro
    let template: Template
    let scope: TemplateScope

    init(macro: TemplateMacro, template: Template, scope: TemplateScope) {
        self.macro = macro
        self.template = template
        self.scope = scope
    }
}

/// Names and their values, inner scopes before outer ones.
final class TemplateScope {
    private(set) var variables: [String: RuntimeValue] = [:]
    let parent: TemplateScope?

    init(parent: TemplateScope?) { self.parent = parent }

    subscript(name: String) -> RuntimeValue? {
        get {
            var scope: TemplateScope? = self
            while let current = scope {
                if let value = current.variables[name] { return value }
                scope = current.parent
            }
            return nil
        }
        set { variables[name] = newValue }
    }

    /// Every name in reach.
    var names: Set<String> {
        var result: Set<String> = []
        var scope: TemplateScope? = self
        while let current = scope {
            result.formUnion(current.variables.keys)
            scope = current.parent
        }
        return result
    }
}
