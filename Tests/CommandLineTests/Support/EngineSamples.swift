import Foundation

/// What is run on every engine, and how its outputs are compared.
enum EngineSamples {
    /// Lines as a set: engines write them in any order, and a header into each part.
    static func lines(_ text: String) -> Set<Substring> { Set(text.split(separator: "\n")) }

    /// The lines of all outputs of the examples by their names without the number of parts.
    static func outputs(_ folder: TemporaryFolder) throws -> [String: Set<Substring>] {
        var outputs: [String: Set<Substring>] = [:]
        for name in (try? folder.names("examples/output")) ?? [] {
            let prefix = String(name.dropLast("-00000-of-00001".count))
            outputs[prefix, default: []].formUnion(lines(try folder.text("examples/output/\(name)")))
        }
        return outputs
    }

    /// Null, NaN, huge floats and texts of all kinds, and expressions over them.
    ///
    /// - Parameter hasNegativeZero: which Flink has no literal for.
    static func expressions(hasNegativeZero: Bool) -> String {
        let expressions = [
            "a + b", "a * 3 - b", "-a", "x * a", "x / 4", "x > 1", "x >= -0.5", "x < a * 1.0", "a == b", "a != b",
            "a < b <= 5", "s + t", "s == t", "s < t", "n == 'x'", "n != 'x'", "n is None", "m is not None", "m == 3",
            "m != 3", "not (a > b)", "a > 1 and b > 1", "a > 1 or x > 0", "a if b > 1 else b", "s if n is None else t",
            "s.upper()", "a // 2", "a % -3", "len(s)", "str(x)", "a or b", "n or 'none'", "f'{a}-{s}'", "a / 2",
        ]
        let fields = expressions.enumerated().map { "            f\($0.offset): {expression: \"\($0.element)\"}" }
        let pipeline = """
            pipeline:
              type: chain
              transforms:
                - type: Create
                  config:
                    elements:
                      - {a: 1, b: 2, x: 0.5, s: "", t: "a", n: null, m: null}
                      - {a: -7, b: 5, x: -1.25, s: "Äß", t: "z", n: "x", m: 3}
                      - {a: 0, b: 0, x: 1.0e+300, s: "\\U0001F600", t: "\\uFB01", n: "", m: -3}
                      - {a: 3, b: -2, x: .nan, s: "x", t: "X", n: null, m: 5}
                      - {a: 1000000007, b: 9, x: \(hasNegativeZero ? "-0.0" : "0.0"), s: "a'b\\\\c", t: "a'b\\\\c", n: "y", m: 0}
                - type: MapToFields
                  config:
                    language: python
                    fields:
            \(fields.joined(separator: "\n"))
                - type: LogForTesting
            """
        return pipeline + "\n"
    }
}
