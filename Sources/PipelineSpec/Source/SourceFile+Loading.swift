public import Diagnostics

extension SourceFile {
    /// Loads a file as UTF-8; a failure names the place that asked for it, where there is one.
    public static func load(
        _ path: String, with loader: any TextLoader, includedAt place: SourceRange? = nil
    ) -> Result<SourceFile, Diagnostic> {
        let bytes: [UInt8]
        do throws(TextLoadingError) {
            bytes = try loader.load(path: path)
        } catch {
            switch error {
            case .notFound:
                return .failure(
                    Diagnostic(
                        place == nil ? .missingPipelineFile : .missingInclude, "no file '\(path)'", at: place,
                        hint: place == nil
                            ? "check the path; it is relative to the working directory" : "check the path"))
            case .failed(let reason):
                return .failure(Diagnostic(.unreadableFile, "'\(path)' cannot be read: \(reason)", at: place))
            }
        }
        return decode(bytes, path: path)
    }

    /// A file of bytes that must be UTF-8, with or without a byte order mark.
    static func decode(_ bytes: [UInt8], path: String) -> Result<SourceFile, Diagnostic> {
        if let text = String(validating: bytes, as: UTF8.self) {
            return .success(SourceFile(path: path, text: withoutMark(text)))
        }
        let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        let file = SourceFile(path: path, text: String(decoding: bytes, as: UTF8.self))
        let replacement = Array("\u{FFFD}".utf8)
        let place = file.utf8.indices.first { file.utf8[$0...].starts(with: replacement) } ?? 0
        return .failure(
            Diagnostic(
                .invalidEncoding, isUTF16 ? "the file is UTF-16, not UTF-8" : "the file is not UTF-8 here",
                at: SourceRange(file: file, start: place, end: place + replacement.count),
                hint: "save the file as UTF-8"))
    }

    /// A text without its byte order mark.
    static func withoutMark(_ text: String) -> String {
        text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }
}
