public import Diagnostics

extension DiagnosticCode {
    /// The kinds of problem that expressions have.
    public static let expressionCodes: [DiagnosticCode] = [
        expressionSyntax, unknownField, unknownName, unknownFunction, unknownMethod, typeMismatch, divisionByZero,
        outputTypeMismatch, genericExpression,
    ]

    public static let expressionSyntax = DiagnosticCode(
        "expression-syntax", "the expression is not Python",
        """
        The text of an expression or callable cannot be read as Python 3.

            language: python
            fields:
              big: price > 10 && quantity > 1

        Python has its own words for some operators of other languages: `and`, `or`, `not`, `b if a else c`, `None`,
        `True`, `False`.

            language: python
            fields:
              big: price > 10 and quantity > 1
        """)

    public static let unknownField = DiagnosticCode(
        "unknown-field", "the expression names a field that the input does not have",
        """
        A name in an expression is a field of the step's input. This one is not among them, so every row would fail.

            # the input has: id, price
            keep: pirce > 10

        Write the field's name as the input has it; a text needs quotes of its own.

            keep: price > 10
        """)

    static let unknownName = DiagnosticCode(
        "unknown-name", "a name is not defined",
        """
        Python has no such name. `null`, `true` and `false` are `None`, `True` and `False` in Python; in a callable the
        fields are attributes of the row.

            callable: "lambda row: price * 2"

        becomes

            callable: "lambda row: row.price * 2"
        """)

    static let unknownFunction = DiagnosticCode(
        "unknown-function", "there is no such function",
        """
        The expression calls a function that Python does not have.

            fields:
              short: substring(name, 0, 3)

        Many functions of other languages are methods or operators in Python.

            fields:
              short: name[0:3]
        """)

    static let unknownMethod = DiagnosticCode(
        "unknown-method", "a value of this type has no such method or attribute",
        """
        The type of the value is known, and it has no such method: every row would fail.

            # id is an int64
            fields:
              label: id.upper()

        Convert the value first, or use a method that its type has.

            fields:
              label: str(id).upper()
        """)

    public static let typeMismatch = DiagnosticCode(
        "type-mismatch", "an operation does not go with the types of its operands",
        """
        The operation raises a `TypeError` for every row, whatever the values.

            # name is a string, id an int64
            fields:
              label: name + id

        Convert one of them.

            fields:
              label: name + str(id)

        In a step with `error_handling` this is a warning, and the rows go to the error output as in Beam.
        """)

    static let divisionByZero = DiagnosticCode(
        "division-by-zero", "the divisor is always zero",
        """
        The expression divides by a constant zero, so every row fails with a `ZeroDivisionError`.

            fields:
              share: price / 0

        Divide by something else.

            fields:
              share: price / 100
        """)

    static let outputTypeMismatch = DiagnosticCode(
        "output-type-mismatch", "the expression's type is not its output_type",
        """
        `output_type` promises a type that the expression never has, so every row would fail.

            fields:
              label:
                expression: id + 1
                output_type: string

        Promise what the expression gives, or convert it.

            fields:
              label:
                expression: str(id + 1)
                output_type: string
        """)

    static let genericExpression = DiagnosticCode(
        "generic-expression", "the expression needs a language",
        """
        Without `language` an expression is a field, a number, a text in double quotes, or one comparison of two of
        these.

            type: MapToFields
            config:
              fields:
                total: price * quantity

        Anything more needs a language.

            type: MapToFields
            config:
              language: python
              fields:
                total: price * quantity
        """)
}
