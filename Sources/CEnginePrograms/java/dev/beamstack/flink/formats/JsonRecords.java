package dev.beamstack.flink.formats;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;

/** Records that are JSON objects, as rows. A record without a value is no row. */
final class JsonRecords implements DeserializationSchema<RowData> {
    private static final long serialVersionUID = 1L;

    private final RowType type;
    private final TypeInformation<RowData> produced;
    private final int[] required;
    private final int failure;
    private final int failedRecord;
    private transient JsonRows rows;

    /**
     * @param required names of fields that must have values; those that are not read do not count.
     * @param failure the position of the column for why a record is no row, -1 for none.
     * @param failedRecord the position of the column for its bytes; -1 for none.
     */
    JsonRecords(RowType type, TypeInformation<RowData> produced, List<String> required, int failure, int failedRecord) {
        this.type = type;
        this.produced = produced;
        this.required = required.stream().mapToInt(type::getFieldIndex).filter(field -> field >= 0).toArray();
        this.failure = failure;
        this.failedRecord = failedRecord;
    }

    @Override
    public void open(InitializationContext context) {
        List<RowType.RowField> fields = new ArrayList<>(type.getFields());
        // These are ours, and stand last: no record may bring them.
        fields.removeIf(field -> isOwn(type.getFieldIndex(field.getName())));
        rows = new JsonRows(new RowType(fields), null);
    }

    private boolean isOwn(int position) {
        return position == failure || position == failedRecord;
    }

    @Override
    public RowData deserialize(byte[] record) throws IOException {
        if (record == null) {
            return null;
        }
        GenericRowData row = new GenericRowData(type.getFieldCount());
        String problem;
        try {
            rows.read(record, 0, record.length, "record", row);
            problem = missing(row);
        } catch (JsonRows.Problem error) {
            problem = error.getMessage();
        }
        if (problem == null) {
            return row;
        }
        if (failure < 0) {
            throw new InputException("a record of the topic", problem);
        }
        GenericRowData failed = new GenericRowData(type.getFieldCount());
        failed.setField(failure, StringData.fromString(problem));
        if (failedRecord >= 0) {
            failed.setField(failedRecord, record);
        }
        return failed;
    }

    private String missing(RowData row) {
        for (int field : required) {
            if (row.isNullAt(field)) {
                return "there is no '" + type.getFieldNames().get(field) + "', which 'schema' requires";
            }
        }
        return null;
    }

    @Override
    public boolean isEndOfStream(RowData row) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return produced;
    }
}
