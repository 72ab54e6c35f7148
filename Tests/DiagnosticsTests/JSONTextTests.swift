import Foundation
import Testing

@testable import Diagnostics

@Suite struct JSONTextTests {
    @Test(arguments: [
        "", "plain", "\"q\" \\ /", "\n\r\t\u{8}\u{0}\u{1F}\u{7F}", "é 日本 😀", "\u{2028}\u{2029}", "</script>",
    ])
    func quotedTextsReadBack(text: String) throws {
        let quoted = JSONText.quoted(text)
        let back = try JSONSerialization.jsonObject(with: Data(quoted.utf8), options: .fragmentsAllowed)
        #expect(back as? String == text)
        #expect(!quoted.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 })
    }

    @Test func compact() {
        let text = JSONText.object([
            "a": .array([.integer(1), .number(2.5), .null, .boolean(true)]), "left out": nil, "b": "x",
            "c": .number(.infinity), "d": .array([]), "e": .object([:]), "f": .number(1e300),
        ])
        #expect(text.compact == #"{"a":[1,2.5,null,true],"b":"x","c":null,"d":[],"e":{},"f":1e+300}"#)
    }

    @Test func pretty() {
        let text: JSONText = ["a": [1, ["b": "x"]], "c": []]
        #expect(
            text.pretty == """
                {
                  "a": [
                    1,
                    {
                      "b": "x"
                    }
                  ],
                  "c": []
                }
                """)
    }
}
