import Diagnostics

/// Renders Jinja templates as Beam does: strict about undefined names, files looked up in Beam's order.
struct TemplateRenderer: Sendable {
    let loader: any TextLoader
    let variables: [String: TemplateValue]
    /// The main file's directory first.
    let searchPaths: [String]

    /// Whether a text has anything to render at all.
    static func hasTemplate(_ bytes: [UInt8]) -> Bool {
        guard var index = bytes.firstIndex(of: UInt8(ascii: "{")) else { return false }
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "{") {
                let next = bytes[index + 1]
                if next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#") { return true }
            }
            index += 1
        }
        return false
    }

    /// Renders a whole file, or with `isPart` a text that keeps its leading comments and its last line break.
    func render(_ source: RenderedText, path: String, isPart: Bool = false) -> Result<RenderedText, Diagnostic> {
        do throws(Diagnostic) {
            let template = try TemplateParser.parse(TemplateSource.prepare(source, isPart: isPart), path: path)
            return .success(try TemplateEvaluator(self, template: template).render())
        } catch {
            return .failure(error)
        }
    }

    /// Where a template may lie, in the order of lookup.
    func candidates(for name: String, from including: String) -> [String] {
        if TextPath.isAbsolute(name) { return [name] }
        let directories = [""] + searchPaths.prefix(1) + [TextPath.directory(of: including)] + searchPaths.dropFirst()
        return directories.map { TextPath.join($0, name) }
    }

    /// Loads a template; `nil` where the file does not exist.
    func load(_ path: String, includedAt place: SourceRange) throws(Diagnostic) -> Template? {
        let bytes: [UInt8]
        do throws(TextLoadingError) {
            bytes = try loader.load(path: path)
        } catch {
            if case .failed(let reason) = error {
                throw Diagnostic(.unreadableFile, "'\(path)' cannot be read: \(reason)", at: place)
            }
            return nil
        }
        switch SourceFile.decode(bytes, path: path) {
        case .success(let file):
            return try TemplateParser.parse(TemplateSource.prepare(RenderedText(file), isPart: false), path: path)
        case .failure(let diagnostic): throw diagnostic
        }
    }
}

/// What Beam and Jinja do to a template's text before they read it.
enum TemplateSource {
    /// Drops leading comment and blank lines (Beam) and one last line break, and makes line breaks `\n` (Jinja).
    static func prepare(_ source: RenderedText, isPart: Bool) -> RenderedText {
        let bytes = source.utf8
        var start = 0
        var end = bytes.count
        if !isPart {
            start = endOfLeadingComments(bytes)
            if end > start, bytes[end - 1] == 0x0A {
                end -= 1
                if end > start, bytes[end - 1] == 0x0D { end -= 1 }
            } else if end > start, bytes[end - 1] == 0x0D {
                end -= 1
            }
        }
        if start == 0, end == bytes.count, !bytes.contains(0x0D) { return source }
        var text: [UInt8] = []
        var segments: [SourceMap.Segment] = []
        var runStart = start
        func flush(_ runEnd: Int) {
            segments += source.map.segments(of: runStart..<runEnd, at: text.count)
            text += bytes[runStart..<runEnd]
        }
        var index = start
        while index < end {
            if bytes[index] == 0x0D {
                flush(index)
                if index + 1 < bytes.count, bytes[index + 1] == 0x0A {
                    runStart = index + 1
                } else {
                    segments += source.map.segments(of: index..<(index + 1), at: text.count)
                    text.append(0x0A)
                    runStart = index + 1
                }
            }
            index += 1
        }
        if runStart < end { flush(end) }
        let file = source.map.range(of: 0..<0).file
        return RenderedText(utf8: text, map: SourceMap(segments: segments, fallback: file))
    }

    private static func endOfLeadingComments(_ bytes: [UInt8]) -> Int {
        var lineStart = 0
        while lineStart < bytes.count {
            var index = lineStart
            while index < bytes.count, bytes[index] != 0x0A, MappedText.isSpace(bytes[index]) { index += 1 }
            guard index >= bytes.count || bytes[index] == 0x0A || bytes[index] == UInt8(ascii: "#") else {
                return lineStart
            }
            while index < bytes.count, bytes[index] != 0x0A { index += 1 }
            lineStart = min(index + 1, bytes.count)
        }
        return bytes.count
    }
}
