package dev.beamstack.flink.formats;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How a CSV file is written. */
final class CsvDialect implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Texts that stand for null. Source: pandas' {@code STR_NA_VALUES}. */
    static final Set<String> NULL_TEXTS =
            new HashSet<>(
                    Arrays.asList(
                            "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND",
                            "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"));

    final char delimiter;
    /** Begins a comment; null where nothing does. */
    final Character comment;
    final boolean hasHeader;
    /** Names that replace or stand in for the header's; null for none. */
    final List<String> names;
    /** All names that a file may have; null for any. */
    final List<String> knownFields;

    CsvDialect(
            char delimiter, Character comment, boolean hasHeader, List<String> names, List<String> knownFields) {
        this.delimiter = delimiter;
        this.comment = comment;
        this.hasHeader = hasHeader;
        this.names = names;
        this.knownFields = knownFields;
    }
}
