public import DataModel
public import Diagnostics

/// Reads files. The output's schema says which columns; an engine reads only those that are used.
public struct ReadOperation: Sendable {
    public let format: FileFormat
    /// A path or glob, as written.
    public let pattern: String
    /// The path in the pipeline's file.
    public let range: SourceRange?
    public let compression: FileCompression

    public init(
        format: FileFormat, pattern: String, range: SourceRange?, compression: FileCompression = .automatic
    ) {
        self.format = format
        self.pattern = pattern
        self.range = range
        self.compression = compression
    }
}

/// Writes files that appear whole or not at all, as `prefix-00000-of-00001`.
public struct WriteOperation: Sendable {
    public let format: FileFormat
    /// The path prefix, as written.
    public let path: String
    /// The path in the pipeline's file.
    public let range: SourceRange?
    /// Replaces the suffix of file names, as TFRecord's `file_name_suffix`.
    public let fileNameSuffix: String
    /// `-SSSSS-of-NNNNN` unless the user gives another.
    public let shardNameTemplate: String?
    /// How many files a window's rows are spread over.
    public let shardCount: Int
    public let compression: FileCompression

    public init(
        format: FileFormat, path: String, range: SourceRange?, fileNameSuffix: String = "",
        shardNameTemplate: String? = nil, shardCount: Int = 1, compression: FileCompression = .automatic
    ) {
        self.format = format
        self.path = path
        self.range = range
        self.fileNameSuffix = fileNameSuffix
        self.shardNameTemplate = shardNameTemplate
        self.shardCount = shardCount
        self.compression = compression
    }
}

public enum FileCompression: String, Sendable, CaseIterable {
    /// By the file's name when writing, by its first bytes when reading.
    case automatic = "AUTO"
    case uncompressed = "UNCOMPRESSED"
    case gzip = "GZIP"
}

public enum FileFormat: Sendable {
    case csv(CSVOptions)
    case json(JSONOptions)
    case text
    /// TFRecord's length- and checksum-framed records.
    case tfrecord(validatesChecksums: Bool)
}

public struct CSVOptions: Sendable {
    /// Texts that stand for null.
    ///
    /// Source: pandas' `STR_NA_VALUES`, which `read_csv` uses unless told otherwise.
    public static let nullTexts = [
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
        "NULL", "NaN", "None", "n/a", "nan", "null",
    ]

    /// One byte.
    public var delimiter: UInt8 = UInt8(ascii: ",")
    /// Starts a comment that runs to the end of the line.
    public var comment: UInt8?
    /// Appends a field with the path of the file that each row came from.
    public var filenameColumn: String?
    /// Whether the first line holds the names (when reading) or is written.
    public var hasHeader = true
    /// Names that replace or stand in for the header's.
    public var names: [String]?
    /// Types that the user fixed with `dtype`; other columns take theirs from the data.
    public var types: [String: FieldType] = [:]

    public init() {}
}

public struct JSONOptions: Sendable {
    /// One object a line; otherwise the file is one array of objects.
    public var isLines = true

    public init() {}
}
