package dev.beamstack.flink.formats;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;

/** Lines as rows of one text; quotes mean nothing. */
final class LineSource implements RowSource {
    private final Lines lines;
    private final String path;
    private final boolean isNeeded;

    /** @param isNeeded false where rows are only counted. */
    LineSource(InputStream stream, String path, boolean isNeeded) {
        lines = new Lines(stream);
        this.path = path;
        this.isNeeded = isNeeded;
    }

    @Override
    public RowData next() throws IOException {
        if (!lines.advance()) {
            return null;
        }
        int length = lines.length();
        if (length > 0 && lines.bytes()[lines.start() + length - 1] == '\r') {
            length--;
        }
        byte[] line = Arrays.copyOfRange(lines.bytes(), lines.start(), lines.start() + length);
        if (!JsonText.isUtf8(line)) {
            throw new InputException(path, lines.number(), "the line is not UTF-8");
        }
        return isNeeded ? GenericRowData.of(StringData.fromBytes(line)) : new GenericRowData(0);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
