import DataModel

/// The keys of a schema's fields as they stand in JSON.
struct JSONKeys: Sendable {
    /// `name"`, as written without escapes, in a form that is quick to compare.
    struct Pattern: Sendable {
        /// The first eight bytes, with zeros behind a shorter text.
        let head: UInt64
        let mask: UInt64
        let count: Int
    }

    /// `name"`, as written without escapes.
    let closed: [[UInt8]]
    let patterns: [Pattern]
    private let fields: [[UInt8]: Int]

    init(_ schema: Schema) {
        closed = schema.names.map { Array($0.utf8) + [UInt8(ascii: "\"")] }
        patterns = closed.map { text in
            let head = text.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Pattern(head: head, mask: Word.low(.max, min(8, text.count)), count: text.count)
        }
        fields = Dictionary(
            schema.names.enumerated().map { (Array($1.utf8), $0) }, uniquingKeysWith: { first, _ in first })
    }

    func field(_ name: [UInt8]) -> Int? { fields[name] }
}

/// Reads objects into sinks. Keys are guessed to come in the order of the schema; others are looked up.
struct JSONRowParser {
    /// A value that its field's type cannot hold, or a field that the schema lacks.
    struct Misfit {
        let field: String
        let position: Int
    }

    private let sinks: UnsafeMutableBufferPointer<JSONSink>
    private let keys: JSONKeys
    private let patterns: [JSONKeys.Pattern]
    private(set) var rows = 0
    private(set) var misfit: Misfit?
    /// The row, counted from 1, that each field was last found in.
    private var lastRow: [Int]

    init(sinks: UnsafeMutableBufferPointer<JSONSink>, keys: JSONKeys) {
        self.sinks = sinks
        self.keys = keys
        patterns = keys.patterns
        lastRow = [Int](repeating: 0, count: sinks.count)
    }

    /// Reads the next object; false at the end or at a misfit.
    mutating func next(_ cursor: inout JSONCursor) throws(JSONFailure) -> Bool {
        let separator = cursor.isLines ? UInt8(ascii: "\n") : UInt8(ascii: ",")
        while cursor.position < cursor.end {
            cursor.skipBlanks()
            guard cursor.position < cursor.end, cursor.byte == separator else { break }
            cursor.position &+= 1
        }
        guard cursor.position < cursor.end else { return false }
        guard cursor.consume("{") else { throw cursor.expected("an object") }
        let found = try readMembers(&cursor)
        if misfit != nil { return false }
        rows &+= 1
        if found < sinks.count { fillMissing() }
        cursor.skipBlanks()
        guard cursor.position >= cursor.end || cursor.byte == separator else {
            throw cursor.expected(cursor.isLines ? "the end of the line" : "','")
        }
        return true
    }

    /// Returns how many of the schema's fields were there.
    private mutating func readMembers(_ cursor: inout JSONCursor) throws(JSONFailure) -> Int {
        var found = 0
        cursor.skipBlanks()
        if cursor.consume("}") { return 0 }
        while true {
            cursor.skipBlanks()
            guard cursor.consume("\"") else { throw cursor.expected("a key in quotes") }
            let field = try readKey(&cursor, expected: found)
            cursor.skipBlanks()
            guard cursor.consume(":") else { throw cursor.expected("':'") }
            cursor.skipBlanks()
            guard let index = field.index else {
                misfit = Misfit(field: field.name, position: cursor.position)
                return found
            }
            guard lastRow[index] <= rows else { throw cursor.failure("the key '\(name(index))' is there twice") }
            lastRow[index] = rows &+ 1
            if sinks[index].isNeeded {
                guard try sinks[index].read(&cursor) else {
                    misfit = Misfit(field: name(index), position: cursor.position)
                    return found
                }
            } else {
                try cursor.skipValue()
            }
            found &+= 1
            cursor.skipBlanks()
            if cursor.consume("}") { return found }
            guard cursor.consume(",") else { throw cursor.expected("',' or '}'") }
        }
    }

    @inline(__always)
    private func readKey(
        _ cursor: inout JSONCursor, expected: Int
    ) throws(JSONFailure) -> (index: Int?, name: String) {
        if expected < patterns.count {
            let pattern = patterns[expected]
            // There are bytes to load behind any end; beyond it they may match by chance.
            if (Word.load(cursor.base + cursor.position) ^ pattern.head) & pattern.mask == 0,
                pattern.count <= 8 || matchesTail(cursor, expected), cursor.position &+ pattern.count <= cursor.end
            {
                cursor.position &+= pattern.count
                return (expected, "")
            }
        }
        return try lookUpKey(&cursor)
    }

    private func matchesTail(_ cursor: JSONCursor, _ field: Int) -> Bool {
        let key = keys.closed[field]
        guard cursor.end &- cursor.position >= key.count else { return false }
        for index in 8..<key.count where cursor.base[cursor.position &+ index] != key[index] { return false }
        return true
    }

    @inline(never)
    private func lookUpKey(_ cursor: inout JSONCursor) throws(JSONFailure) -> (index: Int?, name: String) {
        cursor.position -= 1
        let name = try cursor.string()
        return (keys.field(Array(name.utf8)), name)
    }

    private func name(_ index: Int) -> String {
        String(decoding: keys.closed[index].dropLast(), as: UTF8.self)
    }

    @inline(never)
    private mutating func fillMissing() {
        for index in sinks.indices where lastRow[index] < rows { sinks[index].appendNull() }
    }
}
