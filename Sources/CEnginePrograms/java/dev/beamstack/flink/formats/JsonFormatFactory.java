package dev.beamstack.flink.formats;

import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.types.logical.RowType;

/** {@code 'format' = 'beam-json'}: a JSON object a line. */
public final class JsonFormatFactory extends FormatFactory {
    @Override
    public String factoryIdentifier() {
        return "beam-json";
    }

    @Override
    Set<ConfigOption<?>> options() {
        return Set.of(KNOWN_FIELDS);
    }

    @Override
    RowSource.Opener opener(RowType type, ReadableConfig options) {
        List<String> known = list(options, KNOWN_FIELDS);
        // What the columns' types rule out is said when the job is planned.
        type.getChildren().forEach(JsonValues::reader);
        return (stream, path) -> new JsonSource(stream, path, type, known);
    }

    @Override
    RowText text(RowType type, ReadableConfig options) {
        return new JsonRowText(type, JsonText.Style.PUBLISHED);
    }
}
