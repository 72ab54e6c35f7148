import Diagnostics

/// Problems that the rules of transforms find; `planningCodes` lists them with the others.
extension DiagnosticCode {
    static let unknownInputField = DiagnosticCode(
        "unknown-input-field", "a parameter names a field that the input does not have",
        #"""
        The parameter takes the name of a field of the input, and there is none of that name.

            # the input has: shop, price
            - type: Combine
              config:
                group_by: shopp

        Better:

            # the input has: shop, price
            - type: Combine
              config:
                group_by: shop
        """#)

    static let endlessGroup = DiagnosticCode(
        "endless-group", "an input that never ends would be grouped as a whole",
        #"""
        A group is complete when its window has passed. Without windows all rows are in one that never passes, and a source
        such as a topic never ends, so nothing would ever come out. Beam refuses it as well.

            - type: ReadFromKafka
              config: {topic: orders, bootstrap_servers: localhost:9092, format: STRING}
            - type: Combine
              config:
                group_by: payload
                combine: {count: {value: payload, fn: count}}

        Better:

            - type: ReadFromKafka
              config: {topic: orders, bootstrap_servers: localhost:9092, format: STRING}
            - type: Combine
              windowing: {type: fixed, size: 60s}
              config:
                group_by: payload
                combine: {count: {value: payload, fn: count}}
        """#)

    static let fieldRedefined = DiagnosticCode(
        "field-redefined", "a field would be defined twice",
        #"""
        The names of a row's fields are unique.

            # the input has: price
            - type: MapToFields
              config:
                append: true
                fields: {price: price}

        Better:

            # the input has: price
            - type: MapToFields
              config:
                append: true
                drop: [price]
                fields: {price: price}
        """#)

    static let dropWithoutAppend = DiagnosticCode(
        "drop-without-append", "'drop' has no effect without 'append'",
        #"""
        Without `append` no field of the input is kept, so there is nothing to drop.

            - type: MapToFields
              config:
                drop: [a]
                fields: {c: b}

        Better:

            - type: MapToFields
              config:
                append: true
                drop: [a]
                fields: {c: b}
        """#)

    static let invalidWindow = DiagnosticCode(
        "invalid-window", "the windowing is wrong",
        #"""
        Windows are `fixed` (`size`, `offset`), `sliding` (`size`, `period`, `offset`), `sessions` (`gap`) or
        `global`. Durations are a number of seconds, or a number with `ms`, `s`, `m`, `h` or `d`.

            windowing:
              type: fixed
              size: 1 week

        Better:

            windowing:
              type: fixed
              size: 7d
        """#)

    static let invalidExpressionForm = DiagnosticCode(
        "invalid-expression-form", "an expression is not given in one of its forms",
        #"""
        An expression is a text, or a map with one of `expression`, `callable`, or `path` and `name`, and
        `output_type` if need be. Callables need a language.

            fields:
              x:
                callable: 'lambda row: row.a'

        Better:

            language: python
            fields:
              x:
                callable: 'lambda row: row.a'
        """#)

    static let unreadableCallable = DiagnosticCode(
        "unreadable-callable", "the file of a callable cannot be read",
        #"""
        `path` names a file with the function, from the current folder or from that of the pipeline's file.

            keep: {path: no-such-file.py, name: is_good}

        Better:

            keep: {path: filters.py, name: is_good}
        """#)

    static let wrongExpressionType = DiagnosticCode(
        "wrong-expression-type", "an expression has a type that the step cannot use",
        #"""
        `AssignTimestamps` needs a number or a timestamp, `Partition` a string, `Explode` a list.

            # price is a double
            - type: Partition
              config: {by: price, outputs: [cheap, dear]}

        Better:

            - type: Partition
              config:
                language: python
                by: '"cheap" if price < 10 else "dear"'
                outputs: [cheap, dear]
        """#)

    static let unknownAggregation = DiagnosticCode(
        "unknown-aggregation", "there is no such function to combine values",
        #"""
        `Combine` has `sum`, `max`, `min`, `all`, `any`, `mean`, `count`, `group` and `concat`.

            combine:
              total: {value: price, fn: summ}

        Better:

            combine:
              total: {value: price, fn: sum}
        """#)

    static let wrongAggregation = DiagnosticCode(
        "wrong-aggregation", "a function cannot combine values of this type",
        #"""
        Every group would fail: texts have no sum.

            # name is a string
            combine:
              total: {value: name, fn: sum}

        Better:

            combine:
              names: {value: name, fn: group}
        """#)

    static let invalidJoin = DiagnosticCode(
        "invalid-join", "the equalities of a join are wrong",
        #"""
        Each input needs an equality with one before it, between fields whose types can be equal.

            input: {a: A, b: B, c: C}
            config:
              equalities:
                - {a: id, b: id}

        Better:

            input: {a: A, b: B, c: C}
            config:
              equalities:
                - {a: id, b: id}
                - {b: key, c: key}
        """#)

    static let invalidSchema = DiagnosticCode(
        "invalid-schema", "a JSON Schema is wrong",
        #"""
        The schema uses a keyword or a type that JSON Schema does not have, or that has no counterpart in rows.

            output_type: str

        Better:

            output_type: string
        """#)

    static let incompatibleSchema = DiagnosticCode(
        "incompatible-schema", "no row can keep to the schema",
        #"""
        The fields of the input are known, and the schema asks for others: every row would fail.

            # age is a string
            schema:
              type: object
              properties:
                age: {type: integer}

        Better:

            # age is a string
            schema:
              type: object
              properties:
                age: {type: string}
        """#)

    static let wrongInputSchema = DiagnosticCode(
        "wrong-input-schema", "the transform cannot take rows with these fields",
        #"""
        Some transforms need rows of a certain shape: `WriteToText` exactly one field, `StripErrorMetadata` an error
        output.

            - type: WriteToText   # the input has: a, b
              config: {path: out.txt}

        Better:

            - type: MapToFields
              config:
                language: python
                fields: {line: 'f"{a} {b}"'}
            - type: WriteToText
              config: {path: out.txt}
        """#)

    static let notPortable = DiagnosticCode(
        "not-portable", "only Beamstack accepts this",
        #"""
        With `--portable`, what Beam would reject or read otherwise is reported, such as `>=` in generic expressions
        or a day of 24 hours.

            keep: price >= 10

        Better:

            language: python
            keep: price >= 10
        """#)
}
