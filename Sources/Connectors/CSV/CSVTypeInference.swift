import DataModel

/// What the values of a CSV column look like, as far as they were seen.
struct CSVColumnEvidence {
    private var hasBoolean = false
    private var hasInteger = false
    /// Beyond what a double holds exactly.
    private var hasLargeInteger = false
    private var hasDouble = false
    private var hasText = false

    mutating func add(_ raw: UnsafeBufferPointer<UInt8>, _ scratch: inout [UInt8]) {
        CSVField.content(raw, &scratch) { content in
            if NullSpelling.contains(content) { return }
            if CSVField.boolean(content) != nil {
                hasBoolean = true
                return
            }
            let text = CSVField.trimmed(content)
            switch NumberParsing.integer(text) {
            case .value(let value):
                hasInteger = true
                if value.magnitude > 1 << 53 { hasLargeInteger = true }
            case .tooLarge: hasText = true
            case .malformed:
                if NumberParsing.decimal(text) != nil { hasDouble = true } else { hasText = true }
            }
        }
    }

    /// The narrowest type; text where nothing but null was seen.
    var kind: FieldType.Kind {
        switch (hasText, hasBoolean, hasInteger, hasDouble) {
        case (false, true, false, false): .boolean
        case (false, false, true, false): .int64
        case (false, false, _, true): hasLargeInteger ? .string : .double
        default: .string
        }
    }
}
