import Foundation
import Testing

@testable import Connectors

struct NumberParsingTests {
    private func withText<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        // Eight readable bytes behind the text, as blocks have.
        let bytes = Array(text.utf8) + [UInt8](repeating: UInt8(ascii: "7"), count: 8)
        return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<text.utf8.count])) }
    }

    private func base(_ text: UnsafeBufferPointer<UInt8>) -> UnsafePointer<UInt8> {
        text.baseAddress ?? UnsafePointer(bitPattern: 8).unsafelyUnwrapped
    }

    @Test func shortDigits() {
        for text in ["0", "7", "42", "123", "9999", "00012", "123456", "7654321", "99999999"] {
            let parsed = withText(text) { NumberParsing.shortDigits(Word.load(base($0)), $0.count) }
            #expect(parsed == UInt64(text))
        }
        for text in ["a", "1a", "-1", "+1", "1.5", "1/", ":1", "12345 ", "\u{7F}1", "é"] {
            #expect(withText(text) { NumberParsing.shortDigits(Word.load(base($0)), $0.count) } == nil)
        }
    }

    @Test func mediumDigits() {
        for text in ["123456789", "1700000000", "9999999999999999", "0000000012345678"] {
            #expect(withText(text) { NumberParsing.mediumDigits(base($0), $0.count) } == UInt64(text))
        }
        for text in ["12345678.", "1234567x9", "-123456789", "12345678 "] {
            #expect(withText(text) { NumberParsing.mediumDigits(base($0), $0.count) } == nil)
        }
    }

    @Test func shortDecimals() {
        for text in ["0", "0.5", ".5", "5.", "1.25", "123.4567", "99999999", "0.000001"] {
            let parsed = withText(text) { NumberParsing.shortDecimal(Word.load(base($0)), $0.count) }
            #expect(parsed == Double("0" + text + (text.last == "." ? "0" : "")))
        }
        for text in [".", "1.2.3", "..", "-1.5", "1e5", "1,5", "x.5"] {
            #expect(withText(text) { NumberParsing.shortDecimal(Word.load(base($0)), $0.count) } == nil)
        }
    }

    @Test func decimalsAreCorrectlyRounded() {
        var texts = [
            "1e22", "1e23", "9007199254740993", "0.1", "2.2250738585072011e-308", "1.7976931348623157e308", "1e400",
            "123456789012345678901234567890", "0.00000000000000000000000000012345678901234567890123", "5e-324",
            "1e-400", "-0.0", "100000000000000000000000000000e-29", "8.5e18", "99999999999999999999.5",
        ]
        for _ in 0..<2000 {
            texts.append("\(Double(bitPattern: .random(in: 0...(.max))))")
            let (whole, fraction) = (Int.random(in: 0...1_000_000_000_000), Int.random(in: 0...1_000_000_000_000))
            texts.append("\(whole).\(fraction)e\(Int.random(in: -30...30))")
        }
        for text in texts where !text.contains("nan") && !text.contains("inf") {
            #expect(withText(text) { NumberParsing.decimal($0) } == strtod(text, nil), "\(text)")
        }
    }

    @Test(arguments: ["", "-", "+", ".", "e5", "1e", "1e+", "1.5x", "0x10", "1 2", "nan", "--1", "1e5.5", "infx"])
    func malformed(_ text: String) {
        #expect(withText(text) { NumberParsing.decimal($0) } == nil)
        #expect(withText(text) { NumberParsing.integer($0) } == .malformed)
    }
}
