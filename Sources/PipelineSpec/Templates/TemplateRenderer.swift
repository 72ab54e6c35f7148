import Diagnostics

struct TemplateRenderer: Sendable {
    let loader: any TextLoader
    let variables: [String: TemplateValue]
    let searchPaths: [String]

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

    func render(_ source: RenderedText, path: String, isPart: Bool = false) -> Result<RenderedText, Diagnostic> {
        .success(source)
    }
}
