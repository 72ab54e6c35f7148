package dev.beamstack.flink.formats;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JacksonException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonFactoryBuilder;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.StreamReadFeature;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.json.JsonReadFeature;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** The rows of a file of JSON objects, one a line; NaN and infinities may stand bare, as Python writes them. */
final class JsonSource implements RowSource {
    private static final JsonFactory FACTORY =
            new JsonFactoryBuilder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private final Lines lines;
    private final String path;
    private final RowType type;
    private final JsonValues.Reader[] readers;
    private final Map<String, Integer> fields = new HashMap<>();
    private final Set<String> known;

    /** @param knownFields all names that an object may have; null for any. */
    JsonSource(InputStream stream, String path, RowType type, List<String> knownFields) {
        lines = new Lines(stream);
        this.path = path;
        this.type = type;
        readers = new JsonValues.Reader[type.getFieldCount()];
        for (int field = 0; field < readers.length; field++) {
            LogicalType fieldType = type.getTypeAt(field);
            fields.put(type.getFieldNames().get(field), field);
            readers[field] = JsonValues.reader(fieldType);
        }
        known = knownFields == null ? null : new HashSet<>(knownFields);
    }

    @Override
    public RowData next() throws IOException {
        while (lines.advance()) {
            lines.skipByteOrderMark();
            if (isBlank()) {
                continue;
            }
            try (JsonParser parser = FACTORY.createParser(lines.bytes(), lines.start(), lines.length())) {
                return row(parser);
            } catch (JacksonException error) {
                throw new InputException(
                        path,
                        lines.number(),
                        "column " + error.getLocation().getColumnNr() + ": "
                                + InputException.message(error.getOriginalMessage()));
            }
        }
        return null;
    }

    private boolean isBlank() {
        for (int at = 0; at < lines.length(); at++) {
            byte letter = lines.bytes()[lines.start() + at];
            if (letter != ' ' && letter != '\t' && letter != '\r') {
                return false;
            }
        }
        return true;
    }

    private RowData row(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new InputException(path, lines.number(), "each line must be one JSON object");
        }
        GenericRowData row = new GenericRowData(readers.length);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            Integer field = fields.get(name);
            parser.nextToken();
            if (field == null) {
                if (known != null && !known.contains(name)) {
                    throw new InputException(
                            path, lines.number(), "there is a field '" + name + "' that the first rows do not have");
                }
                parser.skipChildren();
                continue;
            }
            try {
                row.setField(field, readers[field].read(parser));
            } catch (JsonValues.Misfit misfit) {
                throw new InputException(
                        path,
                        lines.number(),
                        "'" + InputException.excerpt(misfit.text) + "' in field '" + name + "' is not "
                                + type.getTypeAt(field).copy(true).asSummaryString());
            }
        }
        if (parser.nextToken() != null) {
            throw new InputException(path, lines.number(), "there is more behind the object that the line should hold");
        }
        return row;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
