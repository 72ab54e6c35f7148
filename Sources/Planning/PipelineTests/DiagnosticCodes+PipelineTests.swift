public import Diagnostics

extension DiagnosticCode {
    /// What can be wrong with a pipeline's tests.
    public static let pipelineTestCodes: [DiagnosticCode] = [
        testUnknownTransform, testAmbiguousTransform, testUnmockedSource, testUnmockedOutput, testExpectsNothing,
        testDuplicateMock, testSeveralInputs, testNoInput, testDiffers,
        testTemplatedFile,
    ]

    static let testUnknownTransform = DiagnosticCode(
        "test-unknown-transform", "a test names a transform that the pipeline does not have",
        """
        A test names transforms of the pipeline's top level, by `name` or, where there is only one, by `type`; an output
        other than the main one is added after a dot. Transforms inside a composite cannot be named.

        Wrong, where the pipeline has a transform `Clean`:

            expected_outputs:
              - name: Claen
                elements: [...]

        Right:

            expected_outputs:
              - name: Clean
                elements: [...]
        """)

    static let testAmbiguousTransform = DiagnosticCode(
        "test-ambiguous-transform", "a test names several transforms at once",
        """
        A type stands for a transform only while the pipeline has a single one of it.

        Wrong, with two transforms `type: Filter` that have no name:

            expected_outputs:
              - name: Filter

        Right: give the transform a name and use it.

            - type: Filter
              name: OnlyAdults
            ...
            expected_outputs:
              - name: OnlyAdults
        """)

    static let testUnmockedSource = DiagnosticCode(
        "test-unmocked-source", "a test would read real data",
        """
        A test runs the same everywhere only if it brings its rows along. What a test needs must come from `Create`,
        from a mock, or from a source that the test allows by name or type.

        Wrong: the pipeline reads `Orders`, and the test gives no rows for it.

            tests:
              - expected_outputs:
                  - name: Totals
                    elements: [...]

        Right:

            tests:
              - mock_outputs:
                  - name: Orders
                    elements:
                      - {id: 1, price: 2.5}
                expected_outputs:
                  - name: Totals
                    elements: [...]
        """)

    static let testUnmockedOutput = DiagnosticCode(
        "test-unmocked-output", "a test mocks some outputs of a transform and uses another",
        """
        A transform with a mocked output does not run, so all its outputs that the test uses have to be mocked.

        Wrong, where another transform reads `Parse.bad`:

            mock_outputs:
              - name: Parse.good
                elements: [...]

        Right:

            mock_outputs:
              - name: Parse.good
                elements: [...]
              - name: Parse.bad
                elements: []
        """)

    static let testExpectsNothing = DiagnosticCode(
        "test-expects-nothing", "a test without expectations",
        """
        A test needs an entry in `expected_outputs` or `expected_inputs`, else it cannot fail.

        Right:

            tests:
              - mock_outputs: [...]
                expected_outputs:
                  - name: Totals
                    elements:
                      - {shop: a, total: 3}
        """)

    static let testDuplicateMock = DiagnosticCode(
        "test-duplicate-mock", "the same place is mocked twice",
        """
        A test gives the rows of a place once. Put all rows into one entry of `mock_outputs` or `mock_inputs`.
        """)

    static let testSeveralInputs = DiagnosticCode(
        "test-several-inputs", "`expected_inputs` names a transform with several inputs",
        """
        `expected_inputs` compares one collection of rows. For a join or another transform with several inputs, expect
        the outputs of the transforms that it reads.

        Right:

            expected_outputs:
              - name: Orders
                elements: [...]
              - name: Customers
                elements: [...]
        """)

    static let testNoInput = DiagnosticCode(
        "test-no-input", "`expected_inputs` names a transform without input",
        """
        A source reads no rows of the pipeline. Use `expected_outputs` for it.
        """)

    public static let testDiffers = DiagnosticCode(
        "test-differs", "the rows are not those that the test expects",
        """
        Rows are compared without regard to order, each as often as it occurs, with all fields, those that are null as
        well. `beamstack test --fix` writes the rows that came into the file.
        """)

    static let testTemplatedFile = DiagnosticCode(
        "test-templated-file", "tests cannot be rewritten or added in this file",
        """
        `beamstack test --fix` and `--create` edit the file in place. In a file with Jinja templates what was written is
        not what was read, and a list behind an anchor or in brackets may have no place of its own. Keep tests in a file
        of their own, as a plain list:

            tests:
              - name: totals
                expected_outputs: [...]
        """)
}
