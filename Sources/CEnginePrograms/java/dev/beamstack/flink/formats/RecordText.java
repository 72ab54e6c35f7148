package dev.beamstack.flink.formats;

import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.table.data.RowData;

/** The text of one row as a record of its own. */
final class RecordText implements SerializationSchema<RowData> {
    private static final long serialVersionUID = 1L;

    private final RowText format;
    private transient Utf8Output out;

    RecordText(RowText format) {
        this.format = format;
    }

    @Override
    public void open(InitializationContext context) {
        out = new Utf8Output(null);
    }

    @Override
    public byte[] serialize(RowData row) {
        out.clear();
        format.put(row, out);
        byte[] line = out.collected();
        // A record has no end of line.
        return java.util.Arrays.copyOf(line, line.length - 1);
    }
}
