public import Diagnostics

extension DiagnosticCode {
    /// The kinds of problem that planning finds.
    public static let planningCodes: [DiagnosticCode] = [
        unknownTransform, unknownParameter, missingParameter, wrongParameterType, unknownInput, missingInput,
        unexpectedInput, ambiguousInput, ambiguousOutput, unknownOutput, cycle, duplicateName,
        unconsumedErrorOutput, unknownInputField, fieldRedefined, dropWithoutAppend, invalidWindow,
        invalidExpressionForm, unreadableCallable, wrongExpressionType, unknownAggregation, wrongAggregation,
        invalidJoin, invalidSchema, incompatibleSchema, wrongInputSchema, endlessGroup, notPortable,
    ]

    static let unknownTransform = DiagnosticCode(
        "unknown-transform", "there is no transform of this type",
        #"""
        The type is neither built in nor defined by a provider. Case counts.

            - type: MapToField
              config:
                fields: {a: b}

        Better:

            - type: MapToFields
              config:
                fields: {a: b}

        `beamstack docs` lists all transforms.
        """#)

    static let unknownParameter = DiagnosticCode(
        "unknown-parameter", "the transform has no such parameter",
        #"""
        A parameter that a transform does not know would have no effect, so it is an error.

            - type: Explode
              config:
                field: words

        Better:

            - type: Explode
              config:
                fields: words

        `beamstack docs NAME` shows a transform's parameters.
        """#)

    static let missingParameter = DiagnosticCode(
        "missing-parameter", "a required parameter is missing",
        #"""
        The transform cannot work without it.

            - type: Filter
              config:
                language: python

        Better:

            - type: Filter
              config:
                language: python
                keep: price > 10
        """#)

    static let wrongParameterType = DiagnosticCode(
        "wrong-parameter-type", "a parameter has a value of the wrong kind",
        #"""
        The value is of another kind than the parameter takes, or is not one of its choices.

            - type: LogForTesting
              config:
                level: WARNING

        Better:

            - type: LogForTesting
              config:
                level: INFO
        """#)

    static let unknownInput = DiagnosticCode(
        "unknown-input", "a reference names no transform",
        #"""
        A reference is the `name` of a transform of the same block, its `type` if it has no name, or either with
        `.output`. Transforms inside and outside of a composite do not see each other.

            - type: Filter
              input: ReadOrder

        Better:

            - type: Filter
              input: ReadOrders
        """#)

    static let missingInput = DiagnosticCode(
        "missing-input", "the transform has no input",
        #"""
        All but sources read another transform. In a `composite`, the default, each says which; in a `chain` they
        read one another in turn.

            pipeline:
              transforms:
                - {type: Create, config: {elements: [1]}}
                - type: LogForTesting

        Better:

            pipeline:
              type: chain
              transforms:
                - {type: Create, config: {elements: [1]}}
                - type: LogForTesting
        """#)

    static let unexpectedInput = DiagnosticCode(
        "unexpected-input", "the transform cannot have this input",
        #"""
        Sources read nothing, and most transforms have one input only.

            - type: Create
              input: Other
              config:
                elements: [1]

        Better:

            - type: Create
              config:
                elements: [1]

        Several inputs in a list are put together: `input: [A, B]`.
        """#)

    static let ambiguousInput = DiagnosticCode(
        "ambiguous-input", "a reference fits several transforms",
        #"""
        Two transforms have the name, or the type where they have no names.

            - {type: Create, config: {elements: [1]}}
            - {type: Create, config: {elements: [2]}}
            - {type: LogForTesting, input: Create}

        Better:

            - {type: Create, name: One, config: {elements: [1]}}
            - {type: Create, name: Two, config: {elements: [2]}}
            - {type: LogForTesting, input: One}
        """#)

    static let ambiguousOutput = DiagnosticCode(
        "ambiguous-output", "it is not clear which output is meant",
        #"""
        The transform has several outputs, and the reference names none.

            - type: LogForTesting
              input: ByCountry

        Better:

            - type: LogForTesting
              input: ByCountry.de
        """#)

    static let unknownOutput = DiagnosticCode(
        "unknown-output", "the transform has no such output",
        #"""
        What stands behind the last dot of a reference is an output: one that `Partition` or `error_handling` names,
        or of a composite's `output`.

            - type: WriteToJson
              input: Parse.error
              config: {path: bad.json}

        Better:

            - type: WriteToJson
              input: Parse.errors
              config: {path: bad.json}
        """#)

    static let cycle = DiagnosticCode(
        "cycle", "transforms read each other in a cycle",
        #"""
        Data flows from sources to sinks; no transform may need its own output.

            - {type: Flatten, name: A, input: B}
            - {type: Flatten, name: B, input: A}

        Better:

            - {type: Flatten, name: A, input: Source}
            - {type: Flatten, name: B, input: A}
        """#)

    static let duplicateName = DiagnosticCode(
        "duplicate-name", "a name is used twice",
        #"""
        Names identify transforms in references, logs and tests, and outputs in references.

            - {type: ReadFromText, name: Read, config: {path: a.txt}}
            - {type: ReadFromText, name: Read, config: {path: b.txt}}

        Better:

            - {type: ReadFromText, name: ReadA, config: {path: a.txt}}
            - {type: ReadFromText, name: ReadB, config: {path: b.txt}}
        """#)

    static let unconsumedErrorOutput = DiagnosticCode(
        "unconsumed-error-output", "nothing reads an error output",
        #"""
        `error_handling` takes failing rows aside. Where nothing reads them they would be lost without a word.

            - type: MapToFields
              name: Parse
              config:
                error_handling: {output: errors}

        Better:

            - type: MapToFields
              name: Parse
              config:
                error_handling: {output: errors}
            - type: WriteToJson
              input: Parse.errors
              config: {path: errors.json}
        """#)
}
