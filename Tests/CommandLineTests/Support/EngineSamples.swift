import Foundation

/// What is run on every engine, and how its outputs are compared.
enum EngineSamples {
    /// Lines as a set: engines write them in any order, and a header into each part.
    static func lines(_ text: String) -> Set<Substring> { Set(text.split(separator: "\n")) }

    /// What was printed, line by line, without the name of the run's folder.
    static func printed(_ result: Beamstack.Result, in folder: TemporaryFolder) -> [String] {
        result.output.replacingOccurrences(of: folder.url.path, with: "").split(separator: "\n").map(String.init)
            .sorted()
    }

    /// The lines of all outputs of the examples by their names without the number of parts.
    static func outputs(
        _ folder: TemporaryFolder, below place: String = "examples/output"
    ) throws -> [String: Set<Substring>] {
        var outputs: [String: Set<Substring>] = [:]
        for name in (try? folder.names(place)) ?? [] where !name.contains(".gz-") {
            let prefix = String(name.dropLast("-00000-of-00001".count))
            outputs[prefix, default: []].formUnion(lines(try folder.text("\(place)/\(name)")))
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

    /// What the compressed files of `openValues` hold.
    static func unpacked(_ folder: TemporaryFolder) throws -> [String] {
        let reader = """
            pipeline:
              type: chain
              transforms:
                - {type: ReadFromCsv, config: {path: "out/kinds.csv.gz*"}}
                - {type: LogForTesting}

            """
        let result = try Beamstack.run("run", "--quiet", try folder.write("reader.yaml", reader), in: folder.url)
        return printed(result, in: folder)
    }

    /// Values of no fixed type through everything that takes some: functions, groups, lists, checks, files, errors.
    static let openValues = """
        pipeline:
          transforms:
            - type: Create
              config:
                elements:
                  - {k: 1, v: "a", l: [1, "x", null], d: 1.5}
                  - {k: 1.0, v: 2, l: [], d: -0.5}
                  - {k: "é\\n\\"q\\"", v: null, l: [true], d: 2}
                  - {k: 1, v: {a: [1, 2]}, l: null, d: "x"}
                  - {k: -0.0, v: 3.5, l: ["a"], d: [2]}
                  - {k: 0.0, v: "b", l: ["b", 2.5], d: 3}
            - type: MapToFields
              name: Same
              input: Create
              config:
                language: python
                fields:
                  k: k
                  v: v
                  copy: {callable: "lambda row: row.k"}
                  kind: type(v).__name__
                  both: {callable: "lambda row: [row.v, {'n': row.d, 'b': b'x'}]"}
            - {type: Combine, input: Same, config: {group_by: copy, combine: {n: {value: kind, fn: count}}}}
            - {type: WriteToJson, input: Same, config: {path: out/rows.json}}
            - {type: WriteToCsv, input: Same, config: {path: out/rows.csv}}
            - {type: MapToFields, name: Kinds, input: Same, config: {language: python, fields: {kind: kind}}}
            - {type: WriteToCsv, name: Packed, input: Kinds, config: {path: out/kinds.csv.gz}}
            - type: Partition
              input: Same
              config: {by: v, outputs: [a, b], error_handling: {output: bad}}
            - {type: MapToFields, name: Text, input: Same, config: {language: python, fields: {v: v}}}
            - {type: WriteToText, input: Text, config: {path: out/rows.txt}}
            - {type: Filter, input: Create, config: {language: python, keep: {callable: "lambda row: row.v"}}}
            - type: Explode
              input: Create
              config: {fields: [v, l], cross_product: false, error_handling: {output: bad}}
            - type: AssignTimestamps
              input: Create
              config: {timestamp: d, error_handling: {output: bad}}
            - {type: ExtractWindowingInfo, input: AssignTimestamps, config: {fields: [timestamp]}}
            - {type: Create, name: Typed, config: {elements: [{k: 5, v: "z"}]}}
            - {type: MapToFields, name: Two, input: Create, config: {language: python, fields: {k: k, v: v}}}
            - {type: Flatten, input: [Two, Typed]}
            - type: ValidateWithSchema
              input: Two
              config:
                schema:
                  type: object
                  properties:
                    k: {type: number, minimum: 1}
                    v: {type: [string, number], maximum: 2.5, minLength: 2}
                  required: [k, v]
                error_handling: {output: bad}
            - {type: LogForTesting, name: Log Combine, input: Combine}
            - {type: LogForTesting, name: Log Filter, input: Filter}
            - {type: LogForTesting, name: Log ExtractWindowingInfo, input: ExtractWindowingInfo}
            - {type: LogForTesting, name: Log Flatten, input: Flatten}
            - {type: LogForTesting, name: Log ValidateWithSchema, input: ValidateWithSchema}
            - {type: LogForTesting, name: Log Explode, input: Explode}
            - {type: LogForTesting, name: Log a, input: Partition.a}
            - {type: LogForTesting, name: Log b, input: Partition.b}
            - {type: LogForTesting, name: Log Partition.bad, input: Partition.bad}
            - {type: LogForTesting, name: Log Explode.bad, input: Explode.bad}
            - {type: LogForTesting, name: Log AssignTimestamps.bad, input: AssignTimestamps.bad}
            - {type: LogForTesting, name: Log ValidateWithSchema.bad, input: ValidateWithSchema.bad}

        """

    /// Joins within fixed and sliding windows, whose outer ones take the window from whichever side has a row.
    static let windowedJoins = """
        pipeline:
          transforms:
            - {type: Create, name: A, config: {elements: [{k: 1, a: 1, t: 0}, {k: 1, a: 2, t: 70}, {k: 2, a: 3, t: 5}, {k: 3, a: 4, t: 100}]}}
            - {type: Create, name: B, config: {elements: [{k: 1, b: 10, t: 59}, {k: 1, b: 20, t: 119}, {k: 2, b: 30, t: 65}, {k: 4, b: 40, t: 1}]}}
            - {type: Create, name: C, config: {elements: [{k: 1, c: "x", t: 30}, {k: 4, c: "y", t: 2}, {k: 3, c: "z", t: 61}]}}
            - {type: AssignTimestamps, name: At, input: A, config: {timestamp: t}}
            - {type: AssignTimestamps, name: Bt, input: B, config: {timestamp: t}}
            - {type: AssignTimestamps, name: Ct, input: C, config: {timestamp: t}}
            - {type: WindowInto, name: Aw, input: At, config: {windowing: {type: fixed, size: 60}}}
            - {type: WindowInto, name: Bw, input: Bt, config: {windowing: {type: fixed, size: 60}}}
            - {type: WindowInto, name: Cw, input: Ct, config: {windowing: {type: fixed, size: 60}}}
            - {type: WindowInto, name: As, input: At, config: {windowing: {type: sliding, size: 60, period: 30}}}
            - {type: WindowInto, name: Bs, input: Bt, config: {windowing: {type: sliding, size: 60, period: 30}}}
            - type: Join
              name: Inner
              input: {a: Aw, b: Bw}
              config: {type: inner, equalities: k, fields: {a: [k, a], b: [b]}}
            - {type: ExtractWindowingInfo, name: I, input: Inner, config: {fields: [timestamp, window_start]}}
            - {type: LogForTesting, name: L1, input: I}
            - type: Join
              name: Outer
              input: {a: Aw, b: Bw, c: Cw}
              config: {type: outer, equalities: k, fields: {a: [a], b: [b], c: [c]}}
            - {type: ExtractWindowingInfo, name: O, input: Outer, config: {fields: [timestamp, window_start, window_end]}}
            - {type: LogForTesting, name: L2, input: O}
            - type: Join
              name: Slide
              input: {a: As, b: Bs}
              config: {type: left, equalities: k, fields: {a: [k, a], b: [b]}}
            - {type: ExtractWindowingInfo, name: S, input: Slide, config: {fields: [timestamp, window_start]}}
            - {type: LogForTesting, name: L3, input: S}

        """
}
