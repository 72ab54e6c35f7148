package dev.beamstack.flink.formats;

import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.format.EncodingFormat;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.SerializationFormatFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** {@code 'format' = 'beam-json'} of what comes record by record, such as a topic: each record is a JSON object. */
public final class JsonRecordFormatFactory implements DeserializationFormatFactory, SerializationFormatFactory {
    private static final ConfigOption<String> FAILURE =
            ConfigOptions.key("failure-column")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("takes why a record is no row; without it such a record ends the job");
    private static final ConfigOption<String> FAILED_RECORD =
            ConfigOptions.key("failed-record-column")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("takes the bytes of a record that is no row");

    private static final ConfigOption<String> REQUIRED =
            ConfigOptions.key("required-fields")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("a JSON list of the names that a record must have, with values");

    @Override
    public String factoryIdentifier() {
        return "beam-json";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(FAILURE, FAILED_RECORD, REQUIRED);
    }

    @Override
    public DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        String failure = options.getOptional(FAILURE).orElse(null);
        List<String> required = FormatFactory.list(options, REQUIRED);
        String failedRecord = options.getOptional(FAILED_RECORD).orElse(null);
        return new DecodingFormat<>() {
            @Override
            public DeserializationSchema<RowData> createRuntimeDecoder(
                    DynamicTableSource.Context source, DataType columns) {
                RowType type = (RowType) columns.getLogicalType();
                List<String> names = type.getFieldNames();
                return new JsonRecords(
                        type,
                        source.createTypeInformation(columns),
                        required == null ? List.of() : required,
                        names.indexOf(failure),
                        names.indexOf(failedRecord));
            }

            @Override
            public ChangelogMode getChangelogMode() {
                return ChangelogMode.insertOnly();
            }
        };
    }

    @Override
    public EncodingFormat<SerializationSchema<RowData>> createEncodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        return new EncodingFormat<>() {
            @Override
            public SerializationSchema<RowData> createRuntimeEncoder(
                    DynamicTableSink.Context sink, DataType columns) {
                return new RecordText(new JsonRowText((RowType) columns.getLogicalType(), JsonText.Style.PUBLISHED));
            }

            @Override
            public ChangelogMode getChangelogMode() {
                return ChangelogMode.insertOnly();
            }
        };
    }
}
