/// What a person wrote, as a half-open range of UTF-8 offsets in one file.
public struct SourceRange: Hashable, Sendable {
    public let file: SourceFile
    public let start: Int
    public let end: Int

    public init(file: SourceFile, start: Int, end: Int) {
        self.file = file
        self.start = max(0, min(start, file.utf8.count))
        self.end = max(self.start, min(end, file.utf8.count))
    }

    public var startPosition: SourcePosition { file.position(at: start) }
    public var endPosition: SourcePosition { file.position(at: end) }

    /// The written text.
    public var text: String { file.text(in: start..<end) }

    /// `path:line:column`, as compilers print it.
    public var location: String {
        let position = startPosition
        return "\(file.path):\(position.line):\(position.column)"
    }

    public static func == (left: SourceRange, right: SourceRange) -> Bool {
        left.file === right.file && left.start == right.start && left.end == right.end
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(file))
        hasher.combine(start)
        hasher.combine(end)
    }
}
