import DataModel
import Testing

@testable import Expressions

/// Beam's `Timestamp` and `Duration`; the answers are those of apache_beam.utils.timestamp.
struct BeamTimestampTests {
    private static let second: Int64 = 1_000_000

    private static let answers: [(RuntimeCase, String)] = [
        (.binary(.subtract, .timestamp(3 * second), .timestamp(second)), "datetime.timedelta(seconds=2)"),
        (.binary(.add, .timestamp(second), .int(2)), "Timestamp(3)"),
        (.binary(.add, .int(2), .timestamp(second)), "Timestamp(3)"),
        (.binary(.add, .timestamp(second), .double(0.5)), "Timestamp(1.500000)"),
        (.binary(.subtract, .timestamp(second), .duration(2 * second)), "Timestamp(-1)"),
        (.binary(.modulo, .timestamp(7 * second), .int(5)), "datetime.timedelta(seconds=2)"),
        (
            .binary(.add, .timestamp(second), .string("x")),
            "!TypeError(\"unsupported operand type(s) for +: 'Timestamp' and 'str'\")"
        ),
        (.binary(.add, .timestamp(.max), .int(1)), "!" + PythonError.integerTooLarge.repr),
        (.compare(.less, .timestamp(second), .int(2)), "True"),
        (.compare(.equal, .timestamp(second), .double(1)), "True"),
        (.compare(.greaterOrEqual, .double(1.5), .timestamp(second)), "True"),
        (.compare(.less, .duration(second), .int(2)), "True"),
        (
            .compare(.less, .timestamp(0), .null),
            "!TypeError(\"'<' not supported between instances of 'Timestamp' and 'NoneType'\")"
        ),
        (.method(.timestamp(1_500_000), "seconds", []), "1"),
        (.method(.timestamp(-500_000), "seconds", []), "-1"),
        (.method(.timestamp(second), "to_rfc3339", []), "'1970-01-01T00:00:01Z'"),
        (.method(.timestamp(1_500_000), "to_utc_datetime", []), "datetime.datetime(1970, 1, 1, 0, 0, 1, 500000)"),
        (.function("int", [.timestamp(-500_000)]), "-1"),
        (.function("float", [.timestamp(1_500_000)]), "1.5"),
        (.function("str", [.timestamp(-1_500_000)]), "'Timestamp(-1.500000)'"),
        (.function("float", [.duration(1_500_000)]), "1.5"),
    ]

    @Test func agreesWithBeam() {
        for (call, expected) in BeamTimestampTests.answers { #expect(call.outcome == expected, "\(call)") }
    }
}
