package dev.beamstack.flink.formats;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Rows as Python's {@code csv} writes them with minimal quoting: null is empty, {@code True} and {@code False}, floats as
 * {@code repr}; lists, maps and rows are compact JSON.
 */
final class CsvRowText implements RowText {
    private static final long serialVersionUID = 1L;

    private final char delimiter;
    private final boolean hasHeader;
    private final List<String> names;
    private final JsonText.Writer[] writers;
    private final RowData.FieldGetter[] getters;

    CsvRowText(RowType type, char delimiter, boolean hasHeader) {
        this.delimiter = delimiter;
        this.hasHeader = hasHeader;
        names = type.getFieldNames();
        writers = new JsonText.Writer[names.size()];
        getters = new RowData.FieldGetter[names.size()];
        for (int field = 0; field < writers.length; field++) {
            writers[field] = writer(type.getTypeAt(field));
            getters[field] = RowData.createFieldGetter(type.getTypeAt(field), field);
        }
    }

    @Override
    public void begin(Utf8Output out) {
        if (!hasHeader) {
            return;
        }
        for (int field = 0; field < names.size(); field++) {
            if (field > 0) {
                out.put(delimiter);
            }
            putText(names.get(field).getBytes(StandardCharsets.UTF_8), out);
        }
        out.put('\n');
    }

    @Override
    public void put(RowData row, Utf8Output out) {
        int start = out.count();
        for (int field = 0; field < writers.length; field++) {
            if (field > 0) {
                out.put(delimiter);
            }
            Object value = getters[field].getFieldOrNull(row);
            if (value != null) {
                writers[field].write(value, out);
            }
        }
        if (writers.length == 1 && out.count() == start) {
            // A line that is empty would be no row at all.
            out.put("\"\"");
        }
        out.put('\n');
    }

    private JsonText.Writer writer(LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return (value, out) -> out.put((Boolean) value ? "True" : "False");
            case FLOAT:
            case DOUBLE:
                return (value, out) -> PythonText.put(((Number) value).doubleValue(), out);
            case CHAR:
            case VARCHAR:
                return (value, out) -> putText(((StringData) value).toBytes(), out);
            case BINARY:
            case VARBINARY:
                return (value, out) -> {
                    byte[] bytes = (byte[]) value;
                    putText(JsonText.isUtf8(bytes) ? bytes : Base64.getEncoder().encode(bytes), out);
                };
            default:
                JsonText.Writer json = JsonText.writer(type, JsonText.Style.PUBLISHED);
                return (value, out) -> {
                    Utf8Output text = new Utf8Output(null);
                    json.write(value, text);
                    byte[] bytes = text.collected();
                    boolean isText = bytes[0] == '"';
                    putText(isText ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length - 1) : bytes, out);
                };
        }
    }

    private void putText(byte[] text, Utf8Output out) {
        boolean needsQuotes = false;
        for (byte letter : text) {
            if (letter == delimiter || letter == '"' || letter == '\n' || letter == '\r') {
                needsQuotes = true;
                break;
            }
        }
        if (!needsQuotes) {
            out.put(text);
            return;
        }
        out.put('"');
        for (byte letter : text) {
            if (letter == '"') {
                out.put('"');
            }
            out.put((char) letter);
        }
        out.put('"');
    }
}
