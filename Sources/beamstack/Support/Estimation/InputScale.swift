import ArgumentParser
import Projects

/// How large an input is to be thought: `100x` of what it is, or `100GB`.
struct InputScale: ExpressibleByArgument {
    private enum Kind {
        case factor(Double)
        case bytes(Double)
    }

    private let kind: Kind

    init?(argument: String) {
        if argument.last == "x", let factor = Double(argument.dropLast()), factor > 0, factor.isFinite {
            kind = .factor(factor)
        } else if let bytes = ByteSize.bytes(of: argument), bytes > 0 {
            kind = .bytes(Double(bytes))
        } else {
            return nil
        }
    }

    /// - Parameter bytes: of the input as it is.
    func factor(of bytes: Double) -> Double {
        switch kind {
        case .factor(let factor): factor
        case .bytes(let wanted): bytes > 0 ? wanted / bytes : 1
        }
    }
}
