package dev.beamstack.flink.formats;

import java.io.IOException;
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
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** Turns JSON objects into rows; NaN and infinities may stand bare, as Python writes them. */
final class JsonRows {
    /** Why a text is no row, in words for the user. */
    static final class Problem extends Exception {
        private static final long serialVersionUID = 1L;

        Problem(String message) {
            super(message);
        }
    }

    private static final JsonFactory FACTORY =
            new JsonFactoryBuilder()
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private final RowType type;
    private final JsonValues.Reader[] readers;
    private final Map<String, Integer> fields = new HashMap<>();
    private final Set<String> known;

    /** @param knownFields all names that an object may have; null for any. */
    JsonRows(RowType type, List<String> knownFields) {
        this.type = type;
        readers = new JsonValues.Reader[type.getFieldCount()];
        for (int field = 0; field < readers.length; field++) {
            LogicalType fieldType = type.getTypeAt(field);
            fields.put(type.getFieldNames().get(field), field);
            readers[field] = JsonValues.reader(fieldType);
        }
        known = knownFields == null ? null : new HashSet<>(knownFields);
    }

    /** @param what what holds the object, such as {@code line}. */
    void read(byte[] bytes, int start, int length, String what, GenericRowData row) throws Problem {
        try (JsonParser parser = FACTORY.createParser(bytes, start, length)) {
            read(parser, what, row);
        } catch (JacksonException error) {
            throw new Problem(
                    "column " + error.getLocation().getColumnNr() + ": "
                            + InputException.message(error.getOriginalMessage()));
        } catch (IOException error) {
            throw new Problem(error.getMessage());
        }
    }

    private void read(JsonParser parser, String what, GenericRowData row) throws IOException, Problem {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new Problem("each " + what + " must be one JSON object");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            Integer field = fields.get(name);
            parser.nextToken();
            if (field == null) {
                if (known != null && !known.contains(name)) {
                    throw new Problem("there is a field '" + name + "' that the first rows do not have");
                }
                parser.skipChildren();
                continue;
            }
            try {
                row.setField(field, readers[field].read(parser));
            } catch (JsonValues.Misfit misfit) {
                throw new Problem(
                        "'" + InputException.excerpt(misfit.text) + "' in field '" + name + "' is not "
                                + type.getTypeAt(field).copy(true).asSummaryString());
            }
        }
        if (parser.nextToken() != null) {
            throw new Problem("there is more behind the object that the " + what + " should hold");
        }
    }
}
