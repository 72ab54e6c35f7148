public import Diagnostics

extension DiagnosticCode {
    /// The problems of reading and writing files.
    public static let connectorCodes: [DiagnosticCode] = [
        unreadableData, damagedGzip, recordTooLong, raggedRow, unclosedQuote, invalidUTF8, noColumns,
        valueOutsideType, invalidJSON, damagedTFRecord, remoteFilesUnseen,
    ]

    static let unreadableData = DiagnosticCode(
        "unreadable-data", "a data file cannot be read",
        """
        The operating system refuses to read the file; the message has its reason. Often permissions are missing:

        ```sh
        ls -l data/orders.csv    # shows who may read it
        chmod u+r data/orders.csv
        ```
        """)
    static let damagedGzip = DiagnosticCode(
        "damaged-gzip", "a gzip file is incomplete or damaged",
        """
        Files that begin with gzip's two bytes are decompressed. This one ends too early, such as after a download that
        was cut off, or its checksum is wrong. `gzip -t file.gz` tells the same. Make the file anew.
        """)
    static let recordTooLong = DiagnosticCode(
        "record-too-long", "a record is longer than any should be",
        """
        A record of hundreds of megabytes is nearly always a quote that is never closed, or a file that is one JSON
        array read as if each line were an object:

        ```yaml
        config: {path: all.json}                  # wrong for a file that is one array
        config: {path: all.json, lines: false}    # right
        ```
        """)
    static let raggedRow = DiagnosticCode(
        "ragged-row", "a row has more fields than the header",
        """
        A value that contains the delimiter must be in quotes, or it counts as two. Rows with fewer fields than the
        header are filled with nulls.

        ```csv
        name,city
        Jansen, Piet,Delft
        ```

        Right:

        ```csv
        name,city
        "Jansen, Piet",Delft
        ```
        """)
    static let unclosedQuote = DiagnosticCode(
        "unclosed-quote", "a quoted value never ends",
        """
        A value that begins with a quote ends with the next quote that is not doubled, be it many lines further down.

        ```csv
        id,note
        1,"5" pipe
        2,"never closed
        ```

        Right: double the quotes that belong to the value, and close it.

        ```csv
        id,note
        1,"5"" pipe"
        2,"closed"
        ```
        """)
    static let invalidUTF8 = DiagnosticCode(
        "invalid-utf8", "text is not UTF-8",
        """
        Text is read as UTF-8. Files of older programs are often Latin-1 or Windows-1252:

        ```sh
        iconv -f windows-1252 -t utf-8 old.csv > new.csv
        ```
        """)
    static let noColumns = DiagnosticCode(
        "no-columns", "the files of a read are empty",
        """
        The names of the fields come from the files: from the header of CSV, from the keys of JSON. Empty files are
        left out, but not all may be empty. For CSV files without a header give the names:

        ```yaml
        config: {path: orders.csv, header: null, names: [id, value]}
        ```
        """)
    static let valueOutsideType = DiagnosticCode(
        "value-outside-type", "a value does not fit the type that 'dtype' gives its column",
        """
        `dtype` fixes the type of a column; every value must be of it, or null.

        ```yaml
        config: {path: orders.csv, dtype: {zip: int64}}     # wrong for zip codes such as '2628 CD'
        config: {path: orders.csv, dtype: {zip: string}}    # right
        ```
        """)
    static let invalidJSON = DiagnosticCode(
        "invalid-json", "a file is not JSON",
        """
        Each line must be one JSON object. A file that is one array of objects needs `lines: false`.

        ```json
        {"id": 1, 'name': 'x'}
        ```

        Right: quotes are double, and nothing follows the last member.

        ```json
        {"id": 1, "name": "x"}
        ```
        """)
    static let damagedTFRecord = DiagnosticCode(
        "damaged-tfrecord", "a TFRecord file is incomplete or damaged",
        """
        Each record has its length and checksums. The file ends within a record, a checksum is wrong, or it is no
        TFRecord file at all. Make it anew; `validate: false` skips the checksums, but not the lengths.
        """)
    static let remoteFilesUnseen = DiagnosticCode(
        "remote-files-unseen", "files of an object store were not looked at",
        """
        `beamstack validate` talks to no other machine, and commands that only look at a pipeline install nothing. What
        the files of `s3://bucket/orders.csv` hold is checked by `beamstack plan` once the packages for object stores are
        there, and by `beamstack run`.
        """)
}
