internal import CPCRE2
internal import Synchronization

/// A compiled regular expression. Compiled ones are kept, so that a pattern costs its compilation once a process.
final class Regex: @unchecked Sendable {  // PCRE2's compiled code is read only after its JIT compilation
    private let code: OpaquePointer
    let groupCount: Int
    /// Named groups in order of their number.
    let names: [(name: String, index: Int)]

    private struct Key: Hashable {
        let pattern: [UInt8]
        let flags: Int64
    }

    private static let cache = Mutex<[Key: Regex]>([:])

    /// Steps of one match before it counts as catastrophic.
    private static let matchLimit: UInt32 = 20_000_000

    /// The compiled pattern, from the cache where it has been compiled before. Throws `re.error`.
    static func compiled(_ pattern: String, flags: Int64) throws(PythonError) -> Regex {
        let key = Key(pattern: Array(pattern.utf8), flags: flags)
        if let known = cache.withLock({ $0[key] }) { return known }
        let regex = try Regex(pattern, flags: RegexTranslation.Flags(rawValue: flags))
        cache.withLock { cache in
            if cache.count >= 512 { cache.removeAll() }
            cache[key] = regex
        }
        return regex
    }

    private init(_ pattern: String, flags: RegexTranslation.Flags) throws(PythonError) {
        let translation = try RegexTranslation(pattern, flags: flags)
        var options = PCRE2_UTF | PCRE2_NO_UTF_CHECK
        if !translation.flags.contains(.ascii) { options |= PCRE2_UCP }
        if translation.flags.contains(.ignoreCase) { options |= PCRE2_CASELESS }
        if translation.flags.contains(.multiline) { options |= PCRE2_MULTILINE }
        if translation.flags.contains(.dotAll) { options |= PCRE2_DOTALL }
        let context = pcre2_compile_context_create_8(nil)
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
        var failure: Int32 = 0
        var offset = 0
        var source = translation.output
        let code = source.withUTF8 { utf8 in
            pcre2_compile_8(utf8.baseAddress, utf8.count, options, &failure, &offset, context)
        }
        guard let code else { throw PythonError("error", Regex.message(failure)) }
        // Without JIT the interpreter does the same more slowly.
        _ = pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
        self.code = code
        groupCount = translation.groupCount
        names = translation.names
    }

    deinit { pcre2_code_free_8(code) }

    private static func message(_ failure: Int32) -> String {
        var room = [UInt8](repeating: 0, count: 256)
        let count = pcre2_get_error_message_8(failure, &room, room.count)
        let text = String(decoding: room.prefix(max(0, Int(count))), as: UTF8.self)
        return text.hasPrefix("lookbehind") ? "look-behind requires fixed-width pattern" : text
    }

    enum Anchoring {
        case search, match, fullMatch
    }

    /// Matches of one text, one after the other, sharing PCRE2's buffers.
    final class Matcher {
        private let regex: Regex
        private let text: [UInt8]
        private let data: OpaquePointer?
        private let context: OpaquePointer?

        init(_ regex: Regex, _ text: [UInt8]) {
            self.regex = regex
            self.text = text
            data = pcre2_match_data_create_from_pattern_8(regex.code, nil)
            context = pcre2_match_context_create_8(nil)
            pcre2_set_match_limit_8(context, Regex.matchLimit)
        }

        deinit {
            pcre2_match_data_free_8(data)
            pcre2_match_context_free_8(context)
        }

        /// The byte ranges of the match and its groups at or after `start`; `nil` where there is none. With
        /// `advancing` an empty match at `start` does not count.
        func next(
            from start: Int, _ anchoring: Anchoring, advancing: Bool = false
        ) throws(PythonError) -> [Range<Int>?]? {
            var options: UInt32 = PCRE2_NO_UTF_CHECK
            if anchoring != .search { options |= PCRE2_ANCHORED }
            if anchoring == .fullMatch { options |= PCRE2_ENDANCHORED }
            if advancing { options |= PCRE2_NOTEMPTY_ATSTART }
            var result = run(start, options)
            if result == PCRE2_ERROR_JIT_STACKLIMIT || result == PCRE2_ERROR_JIT_BADOPTION {
                result = run(start, options | PCRE2_NO_JIT)
            }
            if result == PCRE2_ERROR_NOMATCH { return nil }
            guard result > 0, let vector = pcre2_get_ovector_pointer_8(data) else {
                throw PythonError("RuntimeError", "regular expression takes too many steps on this text")
            }
            return (0...regex.groupCount).map { group in
                guard group < result else { return nil }
                let (low, high) = (vector[2 * group], vector[2 * group + 1])
                // A group that took no part has PCRE2_UNSET, which is -1 as an Int.
                return low >= 0 && low <= high && high <= text.count ? low..<high : nil
            }
        }

        private func run(_ start: Int, _ options: UInt32) -> Int32 {
            text.withUnsafeBufferPointer { utf8 in
                // PCRE2 refuses a null pointer, which an empty buffer may have.
                var nothing: UInt8 = 0
                return withUnsafePointer(to: &nothing) { empty in
                    pcre2_match_8(regex.code, utf8.baseAddress ?? empty, utf8.count, start, options, data, context)
                }
            }
        }
    }

    /// All matches from the start on, at most `limit`, as `finditer` finds them: an empty match may follow a match
    /// that is not, but not another empty one at the same place.
    func matches(in text: [UInt8], limit: Int = .max) throws(PythonError) -> [[Range<Int>?]] {
        let matcher = Matcher(self, text)
        var found: [[Range<Int>?]] = []
        var start = 0
        var isAdvancing = false
        while found.count < limit, start <= text.count,
            let match = try matcher.next(from: start, .search, advancing: isAdvancing), let whole = match[0]
        {
            found.append(match)
            start = whole.upperBound
            isAdvancing = whole.isEmpty
        }
        return found
    }
}
