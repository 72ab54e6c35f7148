import Testing

@testable import DataModel

struct DoubleFormattingTests {
    /// `repr` of CPython 3.11.
    private static let answers: [(Double, String)] = [
        (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-1.5, "-1.5"), (0.1, "0.1"), (0.1 + 0.2, "0.30000000000000004"),
        (100, "100.0"), (123_456_789.125, "123456789.125"), (1e15, "1000000000000000.0"),
        (1_234_567_890_123_456, "1234567890123456.0"), (9_007_199_254_740_992, "9007199254740992.0"), (1e16, "1e+16"),
        (1.5e16, "1.5e+16"), (1e22, "1e+22"), (1e100, "1e+100"), (0.0001, "0.0001"), (0.00012345, "0.00012345"),
        (0.00001, "1e-05"), (1.25e-7, "1.25e-07"), (.leastNonzeroMagnitude, "5e-324"),
        (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"),
        (1.0 / 3, "0.3333333333333333"), (2.0 / 3, "0.6666666666666666"), (19.99, "19.99"),
        (1e-4 + 1e-12, "0.000100000001"),
    ]

    @Test func writesPythonsRepr() {
        for (number, text) in DoubleFormattingTests.answers {
            #expect(DoubleFormatting.description(number) == text)
            var bytes: [UInt8] = []
            DoubleFormatting.append(number, to: &bytes)
            #expect(bytes == Array(text.utf8))
        }
    }

    @Test func readsBackAsTheSameNumberWithTheShortestDigits() {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<20_000 {
            let number =
                round % 2 == 0
                ? Double(bitPattern: generator.next())
                : Double(Int.random(in: -1_000_000_000...1_000_000_000, using: &generator))
                    / [1, 10, 100, 1e4, 1e7, 3][round / 2 % 6]
            guard number.isFinite else { continue }
            let text = DoubleFormatting.description(number)
            #expect(Double(text) == number)
            let digits = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
            let shortest = number.description.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
            func significant(_ digits: Substring) -> Int { digits.reversed().drop { $0 == "0" }.count }
            #expect(significant(Substring(digits)) == significant(Substring(shortest)), "\(text)")
        }
    }
}
