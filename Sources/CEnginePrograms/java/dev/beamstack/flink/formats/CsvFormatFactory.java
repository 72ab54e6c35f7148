package dev.beamstack.flink.formats;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.RowType;

/** {@code 'format' = 'beam-csv'}: files as pandas' {@code read_csv} and {@code to_csv} read and write them. */
public final class CsvFormatFactory extends FormatFactory {
    private static final ConfigOption<String> DELIMITER =
            ConfigOptions.key("delimiter").stringType().defaultValue(",").withDescription("one ASCII character");
    private static final ConfigOption<String> COMMENT =
            ConfigOptions.key("comment")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("one ASCII character that begins a comment, up to the line's end");
    private static final ConfigOption<Boolean> HEADER =
            ConfigOptions.key("header")
                    .booleanType()
                    .defaultValue(true)
                    .withDescription("whether the first line of each file holds the names");
    private static final ConfigOption<String> NAMES =
            ConfigOptions.key("names")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("a JSON list of names that replace or stand in for the header's");

    @Override
    public String factoryIdentifier() {
        return "beam-csv";
    }

    @Override
    Set<ConfigOption<?>> options() {
        return Set.of(DELIMITER, COMMENT, HEADER, NAMES, KNOWN_FIELDS);
    }

    @Override
    RowSource.Opener opener(RowType type, ReadableConfig options) {
        CsvDialect dialect =
                new CsvDialect(
                        character(options, DELIMITER),
                        options.getOptional(COMMENT).isPresent() ? character(options, COMMENT) : null,
                        options.get(HEADER),
                        list(options, NAMES),
                        list(options, KNOWN_FIELDS));
        // What the columns' types rule out is said when the job is planned.
        type.getChildren().forEach(CsvValues::parser);
        return (stream, path) -> new CsvSource(stream, path, dialect, type);
    }

    @Override
    RowText text(RowType type, ReadableConfig options) {
        return new CsvRowText(type, character(options, DELIMITER), options.get(HEADER));
    }

    private static char character(ReadableConfig options, ConfigOption<String> option) {
        String text = options.get(option);
        if (text.length() != 1 || text.charAt(0) > 0x7f) {
            throw new ValidationException("'" + option.key() + "' must be one ASCII character, not '" + text + "'");
        }
        return text.charAt(0);
    }
}
