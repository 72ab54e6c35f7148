package dev.beamstack.flink.formats;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.table.factories.BulkReaderFormatFactory;
import org.apache.flink.connector.file.table.factories.BulkWriterFormatFactory;
import org.apache.flink.connector.file.table.format.BulkDecodingFormat;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.Projection;
import org.apache.flink.table.connector.format.EncodingFormat;
import org.apache.flink.table.connector.format.ProjectableDecodingFormat;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** What our formats have in common: they read and write whole files of rows. */
abstract class FormatFactory implements BulkReaderFormatFactory, BulkWriterFormatFactory {
    static final ConfigOption<Compression> COMPRESSION =
            ConfigOptions.key("compression")
                    .enumType(Compression.class)
                    .defaultValue(Compression.AUTO)
                    .withDescription("auto (by the first bytes; written files are not compressed), none or gzip");
    static final ConfigOption<String> KNOWN_FIELDS =
            ConfigOptions.key("known-fields")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("a JSON list of all names that a file may have; others are an error");

    /** How rows of these columns are read. */
    abstract RowSource.Opener opener(RowType type, ReadableConfig options);

    /** How rows of these columns are written. */
    abstract RowText text(RowType type, ReadableConfig options);

    Set<ConfigOption<?>> options() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        Set<ConfigOption<?>> all = new HashSet<>(options());
        all.add(COMPRESSION);
        return all;
    }

    @Override
    public Set<ConfigOption<?>> forwardOptions() {
        return optionalOptions();
    }

    @Override
    public BulkDecodingFormat<RowData> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        return new Decoding(this, options);
    }

    @Override
    public EncodingFormat<BulkWriter.Factory<RowData>> createEncodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        return new Encoding(this, options);
    }

    private static final class Decoding
            implements BulkDecodingFormat<RowData>,
                    ProjectableDecodingFormat<BulkFormat<RowData, FileSourceSplit>> {
        private final FormatFactory factory;
        private final ReadableConfig options;

        Decoding(FormatFactory factory, ReadableConfig options) {
            this.factory = factory;
            this.options = options;
        }

        @Override
        public BulkFormat<RowData, FileSourceSplit> createRuntimeDecoder(
                DynamicTableSource.Context context, DataType columns, int[][] projections) {
            DataType wanted = Projection.of(projections).project(columns);
            RowType type = (RowType) wanted.getLogicalType();
            return new RowFileFormat(
                    factory.opener(type, options), context.createTypeInformation(wanted), options.get(COMPRESSION));
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }
    }

    private static final class Encoding implements EncodingFormat<BulkWriter.Factory<RowData>> {
        private final FormatFactory factory;
        private final ReadableConfig options;

        Encoding(FormatFactory factory, ReadableConfig options) {
            this.factory = factory;
            this.options = options;
        }

        @Override
        public BulkWriter.Factory<RowData> createRuntimeEncoder(DynamicTableSink.Context context, DataType columns) {
            RowText text = factory.text((RowType) columns.getLogicalType(), options);
            return RowText.writers(text, options.get(COMPRESSION) == Compression.GZIP);
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }
    }

    /** An option that is a JSON list of texts; null where it is absent. */
    static List<String> list(ReadableConfig options, ConfigOption<String> option) {
        String json = options.getOptional(option).orElse(null);
        if (json == null) {
            return null;
        }
        try {
            return new ArrayList<>(Arrays.asList(new ObjectMapper().readValue(json, String[].class)));
        } catch (IOException error) {
            throw new ValidationException("'" + option.key() + "' is no JSON list of texts: " + json);
        }
    }
}
