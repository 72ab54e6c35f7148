import DataModel
import PipelineSpec
import Testing

@testable import Planning

@Suite struct YAMLFlowTextTests {
    @Test(arguments: [
        (Value.null, "null"), (.boolean(true), "true"), (.int(-5), "-5"), (.double(1), "1.0"),
        (.double(1e300), "1.0e+300"),
        (.double(.nan), ".nan"), (.double(-.infinity), "-.inf"), (.string("plain text"), "plain text"),
        (.string("yes"), "\"yes\""), (.string("12"), "\"12\""), (.string(""), "\"\""), (.string("a: b"), "\"a: b\""),
        (.string("a #b"), "\"a #b\""), (.string("tail "), "\"tail \""), (.string("x\ny"), "\"x\\ny\""),
        (.string("é"), "\"é\""), (.string("- a"), "\"- a\""), (.timestamp(-1_500_000), "-1.5"),
        (.timestamp(2_000_000), "2"),
        (.date(0), "1970-01-01"), (.date(-719_162), "0001-01-01"), (.date(19_782), "2024-02-29"),
        (.datetime(DateTimeValue(localMicroseconds: 1, offsetSeconds: -19_800)), "1970-01-01T00:00:00.000001-05:30"),
        (.bytes([]), "!!binary \"\""), (.bytes([1]), "!!binary \"AQ==\""), (.bytes([1, 2, 255]), "!!binary \"AQL/\""),
        (.list([.int(1), .null]), "[1, null]"),
        (.row(RowValue(["a b": .int(1), "n": .list([])])), "{a b: 1, \"n\": []}"),
    ])
    func texts(value: Value, text: String) {
        #expect(YAMLFlowText.text(value) == text)
    }

    /// What is written into a file has to read back as the same value.
    @Test func textsReadBack() throws {
        let strings = [
            "x", "true", "No", "~", "null", "1e5", "0x1F", "1_000", "12:30:45", "2020-01-01", "=", "<<", "a\tb",
            "\u{7F}",
            "{{ x }}", "{{{% x", "{# c #}", "'", "\"", "\\", "#", "a,b", "[", "日本", "\u{2028}", " ", "e+1", "Y",
        ]
        let values =
            strings.map(Value.string) + [
                .double(1e-7), .double(123_456_789.125), .double(1e16), .int(.min), .int(.max), .bytes([0, 200, 13]),
                .date(20_000),
                .datetime(DateTimeValue(localMicroseconds: 1_700_000_000_123_456, offsetSeconds: 7200)),
                .datetime(DateTimeValue(localMicroseconds: -1)), .boolean(false), .null,
            ]
        let rows = values.map { RowValue(["v": $0, "key: \"odd\"": .list([$0, .row(RowValue(["w": $0]))])]) }
        let text =
            PipelineTestFixtures.header + "tests:\n- expected_outputs:\n  - name: A\n    elements:\n"
            + rows.map { "    - \(YAMLFlowText.text($0))\n" }.joined()
        let document = try PipelineTestFixtures.document(text)
        let elements = try #require(document.tests.first?.expectedOutputs.first?.elements)
        let comparison = RowComparison(expected: rows, actual: elements.testRows)
        #expect(comparison.isEqual, "\(comparison)")
    }
}
