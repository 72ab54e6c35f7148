import Foundation

/// The working tree that the tests were built from.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func url(_ path: String) -> URL { root.appendingPathComponent(path) }

    static func text(_ path: String) throws -> String { try String(contentsOf: url(path), encoding: .utf8) }

    /// The names of a folder's files, sorted.
    static func files(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url(folder).path).sorted()
    }

    /// Every Swift file below `Sources`, by its path there.
    static func sources() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: url("Sources").path).filter { $0.hasSuffix(".swift") }
    }
}
