public import Diagnostics
public import Planning
import Platform

/// What runs of a pipeline over parts of its input have shown: how many rows each output has, and how that grows.
public struct SampleProfile: Sendable {
    /// The rows of one output.
    public struct Growth: Sendable, Equatable {
        /// Of the largest part.
        public let rows: Double
        /// The power of the step's input that they grow with: 1 for rows that follow it, 0 for groups that are all there
        /// already (Heaps' law lies between).
        public let power: Band

        public init(rows: Double, power: Band) {
            self.rows = rows
            self.power = power
        }

        /// - Parameters:
        ///   - parts: of a quarter of the input, of a half, and of the whole.
        ///   - inputs: the rows that went in, as many times.
        ///   - limit: the power that cannot be exceeded.
        public init(of parts: [Double], for inputs: [Double], limit: Double) {
            func power(_ part: Int, _ larger: Int) -> Double {
                guard parts[part] > 0, inputs[part] > 0, inputs[larger] > inputs[part] else { return limit }
                let power =
                    Logarithm.binary(max(1, parts[larger]) / parts[part])
                    / Logarithm.binary(inputs[larger] / inputs[part])
                return min(limit, max(0, power))
            }
            rows = parts[2]
            let (early, late) = (power(0, 1), power(1, 2))
            // What slows down may go on doing so, and what speeds up.
            let ends = [late, min(limit, max(0, 2 * late - early))].sorted()
            self.power = Band(low: ends[0], likely: (ends[0] + ends[1]) / 2, high: ends[1])
        }

        /// Rows that come in proportion: as exact as their number lets them be.
        public init(proportional rows: Double) {
            self.rows = rows
            power = Band(1)
        }

        /// The rows for an input so many times as large.
        func rows(at scale: Band) -> Band {
            func grown(_ scale: Double, _ power: Double) -> Double { rows * Logarithm.power(scale, power) }
            // Of a smaller input less growth means more rows.
            let ends = [
                grown(scale.low, power.low), grown(scale.low, power.high), grown(scale.high, power.low),
                grown(scale.high, power.high),
            ]
            return Band(
                low: ends.min() ?? 0, likely: grown(scale.likely, power.likely), high: ends.max() ?? 0)
        }
    }

    public var outputs: [OutputReference: Growth]
    /// Bytes that the largest part was read from.
    public let inputBytes: Double
    /// How long the embedded engine took for it.
    public let seconds: Double
    /// Of those, what each step was at work, on all cores together.
    public let busySeconds: [Int: Double]

    public init(
        outputs: [OutputReference: Growth], inputBytes: Double, seconds: Double, busySeconds: [Int: Double]
    ) {
        self.outputs = outputs
        self.inputBytes = inputBytes
        self.seconds = seconds
        self.busySeconds = busySeconds
    }

    public var json: JSONText {
        .object([
            "inputBytes": .number(inputBytes), "seconds": .number(seconds),
            "busySeconds": .array(
                busySeconds.sorted { $0.key < $1.key }.map { .array([.integer($0.key), .number($0.value)]) }),
            "outputs": .array(
                outputs.sorted { ($0.key.step, $0.key.output) < ($1.key.step, $1.key.output) }.map {
                    .object([
                        "step": .integer($0.key.step), "output": .integer($0.key.output),
                        "rows": .number($0.value.rows),
                        "power": $0.value.power.json,
                    ])
                }),
        ])
    }

    public init?(_ json: JSONText) {
        guard let bytes = json["inputBytes"]?.double, let seconds = json["seconds"]?.double,
            let outputs = json["outputs"]?.elements
        else { return nil }
        var known: [OutputReference: Growth] = [:]
        for output in outputs {
            guard let step = output["step"]?.int, let index = output["output"]?.int, let rows = output["rows"]?.double,
                let power = output["power"].flatMap({ Band(json: $0) })
            else { return nil }
            known[OutputReference(step: step, output: index)] = Growth(rows: rows, power: power)
        }
        var busy: [Int: Double] = [:]
        for pair in json["busySeconds"]?.elements ?? [] {
            if let elements = pair.elements, elements.count == 2, let step = elements[0].int {
                busy[step] = elements[1].double
            }
        }
        self.init(outputs: known, inputBytes: bytes, seconds: seconds, busySeconds: busy)
    }
}
