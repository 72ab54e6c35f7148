/// A piece of a template.
struct TemplateToken {
    enum Kind: Equatable {
        /// Text outside of every tag.
        case text
        /// `{{` and `}}`, `{%` and `%}`.
        case outputStart
        case outputEnd
        case blockStart
        case blockEnd
        case name(String)
        case string(String)
        case integer(Int64)
        case float(Double)
        /// `+`, `==`, `|`, …
        case symbol(String)
        case end
    }

    var kind: Kind
    /// Offsets in the template.
    var range: Range<Int>
}
