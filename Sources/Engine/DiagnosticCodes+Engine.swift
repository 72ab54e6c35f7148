public import Diagnostics

extension DiagnosticCode {
    static let rowFailed = DiagnosticCode(
        "row-failed", "a row made a step fail",
        """
        An expression raised an exception for a row, and the step has no error output, so the run ended.

        Give the step an error output and consume it to keep such rows apart from the good ones:

        ```yaml
        - type: MapToFields
          name: Ratio
          input: Read
          config:
            language: python
            fields: {ratio: a / b}
            error_handling: {output: failed}
        - type: WriteToJson
          input: Ratio.failed
          config: {path: failed.json}
        ```

        Or let the expression handle the case: `a / b if b else None`.
        """)
    static let assertionFailed = DiagnosticCode(
        "assertion-failed", "AssertEqual found other rows than expected",
        """
        `AssertEqual` compares all rows of its input with `elements` as multisets: order does not matter, duplicates do,
        and a field that is null counts as absent. The notes show rows that are missing and rows that are unexpected.
        """)
    static let errorThreshold = DiagnosticCode(
        "error-threshold", "more rows failed than 'threshold' allows",
        """
        `error_handling.threshold` is the share of failing rows, from 0 to 1, above which the run fails although failing
        rows have an output. Raise it, or mend the rows.
        """)
    public static let foreignStep = DiagnosticCode(
        "foreign-step", "a step needs something that this engine does not host",
        """
        The pipeline is valid, but one of its steps is code or a system that the embedded engine cannot run itself.
        `beamstack plan` names the construct. A Python expression often has an equivalent inside the native subset, which
        runs without Python and faster.
        """)
    static let aggregationFailed = DiagnosticCode(
        "aggregation-failed", "a value cannot be aggregated",
        """
        `sum`, `mean`, `min` and `max` take values of one comparable type. A null, or a mixture of types, fails as it does
        in Beam. Filter such rows first, or give a value: `value: v if v is not None else 0` with `language: python`.
        """)
    static let spillFailed = DiagnosticCode(
        "spill-failed", "grouped state could not be written to disk",
        """
        Grouping and joining keep within `--memory` by writing state to the temporary directory. There was no room there,
        or no permission to write.
        """)
    static let noFileMatched = DiagnosticCode(
        "pattern-matched-nothing", "a pattern of MatchAll matches no file",
        "`MatchAll` found no file for a pattern in the data, and `empty_match_treatment` does not allow that.")
    static let columnWidened = DiagnosticCode(
        "column-widened", "a column holds other values than its sample showed",
        """
        Types of CSV and JSON fields follow from a sample of the data. A value further on did not fit, and so the run
        started again with the wider type; nothing had been written by then. Where the wider type is not what you want,
        mend the value, or fix the type of a CSV column:

        ```yaml
        - type: ReadFromCsv
          config: {path: orders.csv, dtype: {zip: str}}
        ```
        """)

    /// All codes of this module, for `beamstack explain`.
    public static let engineCodes: [DiagnosticCode] = [
        .rowFailed, .assertionFailed, .errorThreshold, .foreignStep, .aggregationFailed, .spillFailed, .noFileMatched,
        .columnWidened,
    ]
}
