import Diagnostics

extension DiagnosticCode {
    static let yamlSyntax = DiagnosticCode("yaml-syntax", "the file is not valid YAML", "")
    static let yamlTooLarge = DiagnosticCode("yaml-too-large", "", "")
    static let yamlTag = DiagnosticCode("yaml-tag", "", "")
    static let yamlValue = DiagnosticCode("yaml-value", "", "")
    static let duplicateKey = DiagnosticCode("duplicate-key", "", "")
    static let invalidEncoding = DiagnosticCode("invalid-encoding", "", "")
    static let unreadableFile = DiagnosticCode("unreadable-file", "", "")
    static let missingInclude = DiagnosticCode("missing-include", "", "")
    static let unknownKey = DiagnosticCode("unknown-key", "", "")
    static let missingType = DiagnosticCode("missing-type", "", "")
    static let invalidStructure = DiagnosticCode("invalid-structure", "", "")
    static let chainConnection = DiagnosticCode("chain-connection", "", "")
}
extension DiagnosticCode {
    static let templateSyntax = DiagnosticCode("template-syntax", "", "")
    static let templateError = DiagnosticCode("template-error", "", "")
    static let templateTooLarge = DiagnosticCode("template-too-large", "", "")
    static let undefinedVariable = DiagnosticCode("undefined-variable", "", "")
}
