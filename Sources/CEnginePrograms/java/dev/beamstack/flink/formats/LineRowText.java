package dev.beamstack.flink.formats;

import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** The only field of each row as Python's {@code str} has it, a line each. */
final class LineRowText implements RowText {
    private static final long serialVersionUID = 1L;

    private final JsonText.Writer writer;
    private final RowData.FieldGetter getter;

    LineRowText(RowType type) {
        if (type.getFieldCount() != 1) {
            throw new ValidationException(
                    "a text file has one field a row, not " + type.getFieldCount());
        }
        LogicalType field = type.getTypeAt(0);
        writer = writer(field);
        getter = RowData.createFieldGetter(field, 0);
    }

    private static JsonText.Writer writer(LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return (value, out) -> out.put((Boolean) value ? "True" : "False");
            case FLOAT:
            case DOUBLE:
                return (value, out) -> PythonText.put(((Number) value).doubleValue(), out);
            case CHAR:
            case VARCHAR:
                return (value, out) -> out.put(((StringData) value).toBytes());
            case BINARY:
            case VARBINARY:
                return (value, out) -> out.put((byte[]) value);
            default:
                JsonText.Writer json = JsonText.writer(type, JsonText.Style.PUBLISHED);
                return (value, out) -> {
                    Utf8Output text = new Utf8Output(null);
                    json.write(value, text);
                    byte[] bytes = text.collected();
                    int quote = bytes[0] == '"' ? 1 : 0;
                    out.put(bytes, quote, bytes.length - 2 * quote);
                };
        }
    }

    @Override
    public void put(RowData row, Utf8Output out) {
        Object value = getter.getFieldOrNull(row);
        if (value == null) {
            out.put("None");
        } else {
            writer.write(value, out);
        }
        out.put('\n');
    }
}
