public import Diagnostics

/// Problems with files that the engine's readers and writers have in common with those of the workers.
extension DiagnosticCode {
    public static let noFileMatches = DiagnosticCode(
        "no-file-matches", "no file matches the path of a read",
        """
        Relative paths begin at the current directory, not at the pipeline's file. `*` stands for part of one name,
        `**` for any directories, `?` for one character, `[ab]` for one of some, `{a,b}` for alternatives; names that
        begin with a point match only patterns that do.

        ```yaml
        path: data/order.csv     # the file is called orders.csv
        path: data/orders.csv    # right
        ```
        """)
    public static let unwritableFile = DiagnosticCode(
        "unwritable-file", "a file cannot be written",
        """
        The operating system refuses to write the file, or the rows have no form in its format. Text files take rows of
        exactly one field, TFRecord files rows of one field of bytes:

        ```yaml
        - type: WriteToText            # wrong after a step that gives several fields
          config: {path: names}
        - type: MapToFields            # right: one field
          config: {fields: {line: name}}
        - type: WriteToText
          config: {path: names}
        ```
        """)
    public static let unsupportedFileSystem = DiagnosticCode(
        "unsupported-file-system", "a path names a store that Beamstack does not know",
        """
        The embedded engine reads and writes local files and objects of S3. Paths such as `gs://bucket/a.csv` and
        `hdfs://host/a.csv` need a Beam runner, or a copy:

        ```yaml
        path: gs://bucket/orders.csv    # unknown
        path: orders.csv                # after: gcloud storage cp gs://bucket/orders.csv .
        ```
        """)
    public static let inconsistentColumns = DiagnosticCode(
        "inconsistent-columns", "the files of one read have different columns",
        """
        All files that a pattern matches must have columns of the first file; their order may differ, and missing ones
        are null. A column that the first file lacks has no place in the rows of CSV files. Parquet files may add
        columns, but one must have the same type in all of them.

        ```yaml
        path: "data/*.csv"           # matches orders.csv and customers.csv
        path: "data/orders-*.csv"    # right: files of one kind
        ```
        """)

    static let fileCodes: [DiagnosticCode] = [
        .noFileMatches, .unwritableFile, .unsupportedFileSystem, .inconsistentColumns,
    ]
}
