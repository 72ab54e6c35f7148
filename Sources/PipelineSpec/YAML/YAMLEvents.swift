import CYaml

/// What libyaml reads: one event after the other, with exact byte offsets.
///
/// The only file that knows libyaml, which Yams carries.
struct YAMLEvent {
    enum Kind {
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(text: String, style: YAMLScalar.Style)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
        case streamEnd
    }

    var kind: Kind
    /// Byte offsets in the text; the end of a block collection lies where the next token starts.
    var range: Range<Int>
    var anchor: String?
    var tag: String?
    /// Whether a collection is written in brackets.
    var isFlow = false
}

/// Reads events of one text.
final class YAMLEventReader {
    private let bytes: [UInt8]
    /// The byte offset of each character, since libyaml counts those; empty where every character is a byte.
    private let characterOffsets: [Int]
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.allSatisfy({ $0 < 0x80 }) {
            characterOffsets = []
        } else {
            characterOffsets = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
        }
        input = .allocate(capacity: max(1, bytes.count))
        _ = input.initialize(from: bytes)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event.
    ///
    /// - Throws: `YAMLProblem` for a mistake in the text.
    func next() throws(YAMLProblem) -> YAMLEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
            defer { yaml_event_delete(&event) }
            if let translated = translate(event) { return translated }
        }
    }

    private func translate(_ event: yaml_event_t) -> YAMLEvent? {
        let start = offset(event.start_mark)
        let range = start..<max(start, offset(event.end_mark))
        switch event.type {
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return YAMLEvent(kind: .streamEnd, range: range)
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, range: range)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, range: range)
        case YAML_ALIAS_EVENT:
            return YAMLEvent(kind: .alias(text(event.data.alias.anchor) ?? ""), range: range)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let kind = YAMLEvent.Kind.scalar(text: String(decoding: value, as: UTF8.self), style: style(scalar.style))
            return YAMLEvent(kind: kind, range: range, anchor: text(scalar.anchor), tag: text(scalar.tag))
        case YAML_SEQUENCE_START_EVENT:
            let sequence = event.data.sequence_start
            return YAMLEvent(
                kind: .sequenceStart, range: range, anchor: text(sequence.anchor), tag: text(sequence.tag),
                isFlow: sequence.style == YAML_FLOW_SEQUENCE_STYLE)
        case YAML_MAPPING_START_EVENT:
            let mapping = event.data.mapping_start
            return YAMLEvent(
                kind: .mappingStart, range: range, anchor: text(mapping.anchor), tag: text(mapping.tag),
                isFlow: mapping.style == YAML_FLOW_MAPPING_STYLE)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, range: range)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, range: range)
        default: return nil
        }
    }

    private func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(decodingCString: $0, as: UTF8.self) }
    }

    private func offset(_ mark: yaml_mark_t) -> Int {
        let index = Int(clamping: mark.index)
        if characterOffsets.isEmpty { return min(index, bytes.count) }
        return index < characterOffsets.count ? characterOffsets[index] : bytes.count
    }

    private func problem() -> YAMLProblem {
        let parser = parser.pointee
        let problem = parser.problem.map { String(cString: $0) } ?? "unreadable"
        let context = parser.context.map { String(cString: $0) } ?? ""
        if parser.error == YAML_READER_ERROR {
            let offset = Int(clamping: parser.problem_offset)
            return YAMLProblem(problem, at: offset..<(offset + 1))
        }
        return YAMLSyntaxWording(
            bytes: bytes, problem: problem, context: context, place: offset(parser.problem_mark),
            contextPlace: offset(parser.context_mark)
        ).reworded
    }
}
