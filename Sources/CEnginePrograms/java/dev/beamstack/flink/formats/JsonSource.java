package dev.beamstack.flink.formats;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** The rows of a file of JSON objects, one a line. */
final class JsonSource implements RowSource {
    private final Lines lines;
    private final String path;
    private final JsonRows rows;
    private final int fieldCount;

    /** @param knownFields all names that an object may have; null for any. */
    JsonSource(InputStream stream, String path, RowType type, List<String> knownFields) {
        lines = new Lines(stream);
        this.path = path;
        rows = new JsonRows(type, knownFields);
        fieldCount = type.getFieldCount();
    }

    @Override
    public RowData next() throws IOException {
        while (lines.advance()) {
            lines.skipByteOrderMark();
            if (isBlank()) {
                continue;
            }
            GenericRowData row = new GenericRowData(fieldCount);
            try {
                rows.read(lines.bytes(), lines.start(), lines.length(), "line", row);
            } catch (JsonRows.Problem problem) {
                throw new InputException(path, lines.number(), problem.getMessage());
            }
            return row;
        }
        return null;
    }

    private boolean isBlank() {
        for (int at = 0; at < lines.length(); at++) {
            byte letter = lines.bytes()[lines.start() + at];
            if (letter != ' ' && letter != '\t' && letter != '\r') {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
