package dev.beamstack.flink.formats;

import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;

/** A JSON object a line; nulls are written. */
final class JsonRowText implements RowText {
    private static final long serialVersionUID = 1L;

    private final byte[][] keys;
    private final JsonText.Writer[] writers;
    private final RowData.FieldGetter[] getters;

    JsonRowText(RowType type, JsonText.Style style) {
        int count = type.getFieldCount();
        keys = new byte[count][];
        writers = new JsonText.Writer[count];
        getters = new RowData.FieldGetter[count];
        for (int field = 0; field < count; field++) {
            LogicalType fieldType = type.getTypeAt(field);
            keys[field] = JsonText.key(type.getFieldNames().get(field), field);
            writers[field] =
                    style == JsonText.Style.PUBLISHED && fieldType.is(LogicalTypeRoot.DOUBLE)
                            ? JsonRowText::putNumber
                            : JsonText.writer(fieldType, style);
            getters[field] = RowData.createFieldGetter(fieldType, field);
        }
    }

    /** A field's NaN or infinity is null, as pandas writes it; only within lists and rows it is bare. */
    private static void putNumber(Object value, Utf8Output out) {
        double number = (Double) value;
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            out.put("null");
        } else {
            PythonText.put(number, out);
        }
    }

    @Override
    public void put(RowData row, Utf8Output out) {
        for (int field = 0; field < keys.length; field++) {
            out.put(keys[field]);
            JsonText.putOrNull(getters[field].getFieldOrNull(row), writers[field], out);
        }
        out.put(keys.length == 0 ? "{}\n" : "}\n");
    }
}
