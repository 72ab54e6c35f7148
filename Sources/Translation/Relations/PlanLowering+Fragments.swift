import DataModel
import Expressions
import Planning

/// Fragments that queries are made of, each in the words of the dialect at hand.
extension PlanLowering {
    /// An expression for a place beside operators; what has to be said and created for it is noted.
    func taken(_ sql: SQLText) -> String {
        for difference in sql.differences { differs(difference) }
        need(sql.functions)
        return sql.enclosed
    }

    /// A call of one of our functions in Flink.
    func call(_ function: FlinkFunction, _ arguments: String...) -> String {
        need([function.declaration])
        return "\(function.rawValue)(\(arguments.joined(separator: ", ")))"
    }

    /// An integer beside an operator whose other side has 64 bits.
    func integer(_ number: Int64) -> String {
        switch dialect {
        case .spark: "\(number)L"
        case .flink: "\(number)"
        }
    }

    /// A value that ends the job where it is null.
    func required(_ text: String, _ type: FieldType, or message: String) -> String {
        let message = dialect.string(message)
        switch dialect {
        case .spark: return "coalesce(\(text), CAST(raise_error(\(message)) AS \(dialect.typeName(type) ?? "STRING")))"
        case .flink: return call(.required, text, message)
        }
    }

    /// The rest of a division that is never negative.
    func floorModulo(_ text: String, _ divisor: Int64) -> String {
        switch dialect {
        case .spark: "pmod(\(text), \(integer(divisor)))"
        case .flink: call(.intModulo, text, dialect.literal(.int(divisor), .int64) ?? "\(divisor)")
        }
    }

    func concatenated(_ texts: [String]) -> String { "concat(\(texts.joined(separator: ", ")))" }

    /// Columns as one value of a row's type.
    func row(of parts: [(name: String, text: String)], as type: String) -> String {
        switch dialect {
        case .spark:
            let members = parts.map { "\(dialect.string($0.name)), \($0.text)" }
            return "CAST(named_struct(\(members.joined(separator: ", "))) AS \(type))"
        case .flink: return "CAST(ROW(\(parts.map(\.text).joined(separator: ", "))) AS \(type))"
        }
    }

    /// A value as one of a wider type: numbers, and rows with more fields.
    ///
    /// - Parameter own: the value's type; `nil` where there is no value.
    func converted(_ text: String, _ own: FieldType?, to type: FieldType) throws(Obstacle) -> String {
        guard let name = dialect.typeName(type) else { throw Obstacle(reason: "its values are of type \(type)") }
        guard let own else { return "CAST(NULL AS \(name))" }
        switch (own.kind, type.kind) {
        case (let first, let second) where first == second: return text
        case (.row(let schema), .row(let wider)):
            var parts: [(name: String, text: String)] = []
            for field in wider.fields {
                let part = try converted("\(text).\(quoted(field.name))", schema[field.name]?.type, to: field.type)
                parts.append((field.name, part))
            }
            let whole = row(of: parts, as: name)
            return own.isNullable ? "CASE WHEN \(text) IS NOT NULL THEN \(whole) END" : whole
        case (.list, .list), (.map, .map), (.any, _), (_, .any):
            throw Obstacle(reason: "the inputs have \(own) and \(type) under one name")
        default: return "CAST(\(text) AS \(name))"
        }
    }

    // MARK: Time

    func microseconds(of moment: String) -> String {
        switch dialect {
        case .spark: "unix_micros(\(moment))"
        case .flink: call(.timeMicroseconds, moment)
        }
    }

    func moment(ofMicroseconds text: String) -> String {
        switch dialect {
        case .spark: "timestamp_micros(\(text))"
        case .flink: call(.timeOfMicroseconds, text)
        }
    }

    /// Microseconds of a timestamp as pipelines give it: seconds as a number, or a moment.
    func microseconds(of text: String, _ type: FieldType) -> String? {
        switch (type.kind, dialect) {
        case (.int64, .spark): "(\(text) * 1000000L)"
        case (.int64, .flink): call(.intMultiply, text, "CAST(1000000 AS BIGINT)")
        case (.double, .spark): "CAST(bround(\(text) * 1000000D) AS BIGINT)"
        case (.double, .flink): call(.floatRoundToInt, "\(text) * 1E6")
        case (.timestamp, _): microseconds(of: text)
        default: nil
        }
    }

    /// Microseconds as seconds in the form in which Python writes a float: at least one digit behind the point.
    func seconds(ofMicroseconds text: String) -> String {
        switch dialect {
        case .spark:
            "regexp_replace(CAST(CAST(CAST(\(text) AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(26, 6)) AS STRING), '0{1,5}$', '')"
        case .flink:
            // The same decimal number, whatever the number of its digits.
            "REGEXP_REPLACE(CAST(CAST(CAST(\(text) AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(26, 6)) AS STRING), '0{1,5}$', '')"
        }
    }

    // MARK: Lists

    /// A join that gives a row for each element of a list.
    struct ListElements {
        let join: String
        let element: String
        /// The fields of an element that is a row.
        let fields: [String]
    }

    /// - Parameter number: of the list among those that the step takes apart.
    func elements(of list: String, _ type: FieldType, _ number: Int) throws(Obstacle) -> ListElements {
        let element = "element_\(number)"
        var names: [String] = []
        if case .row(let schema) = type.kind { names = schema.names }
        guard dialect == .flink else {
            return ListElements(
                join: "LATERAL VIEW explode(\(list)) AS \(element)", element: element,
                fields: names.map { "\(element).\(quoted($0))" })
        }
        let alias = "elements_\(number)"
        guard case .row = type.kind else {
            return ListElements(
                join: "CROSS JOIN UNNEST(\(list)) AS \(alias) (\(element))", element: element, fields: [])
        }
        // The fields of rows become columns, where an absent row is one without values.
        if type.isNullable { throw Obstacle(reason: "some of the rows in its list are null") }
        let columns = names.indices.map { "\(element)_\($0)" }
        let fields = columns.map { "\(alias).\($0)" }
        return ListElements(
            join: "CROSS JOIN UNNEST(\(list)) AS \(alias) (\(columns.joined(separator: ", ")))",
            element: row(of: zip(names, fields).map { (name: $0, text: $1) }, as: dialect.typeName(type) ?? ""),
            fields: fields)
    }
}
