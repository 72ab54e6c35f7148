import Diagnostics

extension DiagnosticCode {
    static let noFileMatches = DiagnosticCode("no-file-matches", "no file matches a pattern", "")
    static let unreadableFile = DiagnosticCode("unreadable-file", "a file cannot be read", "")
    static let unwritableFile = DiagnosticCode("unwritable-file", "a file cannot be written", "")
    static let unsupportedFileSystem = DiagnosticCode("unsupported-file-system", "a path names an object store", "")
    static let damagedGzip = DiagnosticCode("damaged-gzip", "a gzip file is incomplete or damaged", "")
    static let recordTooLong = DiagnosticCode("record-too-long", "a record is longer than any should be", "")
    static let raggedRow = DiagnosticCode("ragged-row", "a row has more fields than the header", "")
    static let unclosedQuote = DiagnosticCode("unclosed-quote", "a quoted value never ends", "")
    static let invalidUTF8 = DiagnosticCode("invalid-utf8", "text is not UTF-8", "")
    static let inconsistentColumns = DiagnosticCode("inconsistent-columns", "files of one read have different columns", "")
    static let noColumns = DiagnosticCode("no-columns", "the files of a read are empty", "")
}
