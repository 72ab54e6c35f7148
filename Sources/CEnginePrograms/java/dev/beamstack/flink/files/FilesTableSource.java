package dev.beamstack.flink.files;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.Projection;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.format.ProjectableDecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;

/** Reads files that patterns match; only the columns that the query uses, and the file's path where it is asked for. */
final class FilesTableSource implements ScanTableSource, SupportsProjectionPushDown, SupportsReadingMetadata {
    private static final String FILE_PATH = "file.path";

    private final List<String> patterns;
    private final Integer parallelism;
    private final DecodingFormat<BulkFormat<RowData, FileSourceSplit>> format;
    private final DataType columns;
    private int[][] projection;
    private boolean hasPath;
    private DataType produced;

    FilesTableSource(
            List<String> patterns,
            Integer parallelism,
            DecodingFormat<BulkFormat<RowData, FileSourceSplit>> format,
            DataType columns) {
        this.patterns = patterns;
        this.parallelism = parallelism;
        this.format = format;
        this.columns = columns;
        produced = columns;
        projection = Projection.all(columns).toNestedIndexes();
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return format.getChangelogMode();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        BulkFormat<RowData, FileSourceSplit> reader =
                format instanceof ProjectableDecodingFormat
                        ? ((ProjectableDecodingFormat<BulkFormat<RowData, FileSourceSplit>>) format)
                                .createRuntimeDecoder(context, columns, projection)
                        : format.createRuntimeDecoder(context, Projection.of(projection).project(columns));
        if (hasPath) {
            reader = new PathColumnFormat(reader, context.createTypeInformation(produced));
        }
        Path[] roots = patterns.stream().map(Path::new).toArray(Path[]::new);
        List<String> found = patterns;
        return SourceProvider.of(
                FileSource.forBulkFileFormat(reader, roots)
                        .setFileEnumerator(() -> new GlobEnumerator(found))
                        .build(),
                parallelism);
    }

    @Override
    public boolean supportsNestedProjection() {
        return false;
    }

    @Override
    public void applyProjection(int[][] projectedFields, DataType producedDataType) {
        projection = projectedFields;
        produced = producedDataType;
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
        return new LinkedHashMap<>(Map.of(FILE_PATH, DataTypes.STRING().notNull()));
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType producedDataType) {
        hasPath = keys.contains(FILE_PATH);
        produced = producedDataType;
    }

    @Override
    public DynamicTableSource copy() {
        FilesTableSource copy = new FilesTableSource(patterns, parallelism, format, columns);
        copy.projection = projection;
        copy.hasPath = hasPath;
        copy.produced = produced;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return "beam-files";
    }
}
