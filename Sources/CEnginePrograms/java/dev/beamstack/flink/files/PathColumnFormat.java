package dev.beamstack.flink.files;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.MutableRecordAndPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.utils.JoinedRowData;

/** Appends the path of the file that each row came from. */
final class PathColumnFormat implements BulkFormat<RowData, FileSourceSplit> {
    private static final long serialVersionUID = 1L;

    private final BulkFormat<RowData, FileSourceSplit> format;
    private final TypeInformation<RowData> type;

    PathColumnFormat(BulkFormat<RowData, FileSourceSplit> format, TypeInformation<RowData> type) {
        this.format = format;
        this.type = type;
    }

    @Override
    public Reader<RowData> createReader(Configuration configuration, FileSourceSplit split) throws IOException {
        return withPath(format.createReader(configuration, split), split.path());
    }

    @Override
    public Reader<RowData> restoreReader(Configuration configuration, FileSourceSplit split) throws IOException {
        return withPath(format.restoreReader(configuration, split), split.path());
    }

    private static Reader<RowData> withPath(Reader<RowData> reader, Path path) {
        String name = "file".equals(path.toUri().getScheme()) ? path.getPath() : path.toString();
        RowData column = GenericRowData.of(StringData.fromString(name));
        return new Reader<>() {
            @Override
            public RecordIterator<RowData> readBatch() throws IOException {
                RecordIterator<RowData> rows = reader.readBatch();
                return rows == null ? null : withColumn(rows, column);
            }

            @Override
            public void close() throws IOException {
                reader.close();
            }
        };
    }

    private static RecordIterator<RowData> withColumn(RecordIterator<RowData> rows, RowData column) {
        MutableRecordAndPosition<RowData> current = new MutableRecordAndPosition<>();
        return new RecordIterator<>() {
            @Override
            public RecordAndPosition<RowData> next() {
                RecordAndPosition<RowData> row = rows.next();
                if (row == null) {
                    return null;
                }
                current.set(
                        new JoinedRowData(row.getRecord().getRowKind(), row.getRecord(), column),
                        row.getOffset(),
                        row.getRecordSkipCount());
                return current;
            }

            @Override
            public void releaseBatch() {
                rows.releaseBatch();
            }
        };
    }

    @Override
    public boolean isSplittable() {
        return format.isSplittable();
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return type;
    }
}
