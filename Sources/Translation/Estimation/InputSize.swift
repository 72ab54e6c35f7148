/// What a step reads, as far as looking at its files tells.
public struct InputSize: Sendable {
    public let step: Int
    public let files: Int
    /// On disk.
    public let bytes: Double
    /// Bytes that one on disk stands for: more than one for compressed files.
    public let expansion: Double
    /// Bytes of a row, unpacked.
    public let rowBytes: Double

    public init(step: Int, files: Int, bytes: Double, expansion: Double = 1, rowBytes: Double) {
        self.step = step
        self.files = files
        self.bytes = bytes
        self.expansion = expansion
        self.rowBytes = max(1, rowBytes)
    }

    /// The steps whose inputs grow when a job does: all but those that are small beside the largest, which are looked
    /// things up in.
    public static func scaled(_ sizes: [InputSize]) -> [Int] {
        let largest = sizes.map(\.bytes).max() ?? 0
        return sizes.filter { $0.bytes >= largest / 10 }.map(\.step)
    }

    public var rows: Double { bytes * expansion / rowBytes }

    /// What gzip makes of tables of texts and numbers, about.
    public static let gzipExpansion = 4.0
}
