package dev.beamstack.flink.files;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.table.factories.BulkReaderFormatFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * {@code 'connector' = 'beam-files'}: the files that a shell pattern matches, or a list of them.
 *
 * <p>Flink's own file system connector reads all files of one directory. Files are found when the job starts; that there
 * are none is an error, as it is for the embedded engine.
 */
public final class FilesTableFactory implements DynamicTableSourceFactory {
    private static final ConfigOption<String> PATH =
            ConfigOptions.key("path").stringType().noDefaultValue().withDescription("a file or a shell pattern");
    private static final ConfigOption<String> PATHS =
            ConfigOptions.key("paths")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("a JSON list of files and shell patterns, in place of 'path'");

    @Override
    public String factoryIdentifier() {
        return "beam-files";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(FactoryUtil.FORMAT);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(PATH, PATHS, FactoryUtil.SOURCE_PARALLELISM);
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        DecodingFormat<BulkFormat<RowData, FileSourceSplit>> format =
                helper.discoverDecodingFormat(BulkReaderFormatFactory.class, FactoryUtil.FORMAT);
        helper.validate();
        return new FilesTableSource(
                patterns(
                        helper.getOptions().getOptional(PATH).orElse(null),
                        helper.getOptions().getOptional(PATHS).orElse(null)),
                helper.getOptions().getOptional(FactoryUtil.SOURCE_PARALLELISM).orElse(null),
                format,
                context.getPhysicalRowDataType());
    }

    private static List<String> patterns(String path, String paths) {
        if ((path == null) == (paths == null)) {
            throw new ValidationException("'beam-files' needs either 'path' or 'paths'");
        }
        if (path != null) {
            return List.of(path);
        }
        try {
            return Arrays.asList(new ObjectMapper().readValue(paths, String[].class));
        } catch (IOException error) {
            throw new ValidationException("'paths' is no JSON list of texts: " + paths);
        }
    }
}
