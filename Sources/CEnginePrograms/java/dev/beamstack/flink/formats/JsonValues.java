package dev.beamstack.flink.formats;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;

/** JSON's values as values of a column's type. */
final class JsonValues {
    private static final BigInteger EXACT = BigInteger.ONE.shiftLeft(53);

    /** A value that its type cannot hold. */
    static final class Misfit extends IOException {
        private static final long serialVersionUID = 1L;

        final String text;

        Misfit(String text) {
            super(text, null);
            this.text = text;
        }
    }

    /** Reads the value at the parser's current token. */
    interface Reader extends java.io.Serializable {
        Object read(JsonParser parser) throws IOException;
    }

    private JsonValues() {}

    /** A reader to which null is null, whatever the type. */
    static Reader reader(LogicalType type) {
        Reader reader = valueReader(type);
        return parser -> parser.currentToken() == JsonToken.VALUE_NULL ? null : reader.read(parser);
    }

    private static Reader valueReader(LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return JsonValues::flag;
            case INTEGER:
                return parser -> {
                    long value = integer(parser);
                    if (value != (int) value) {
                        throw misfit(parser);
                    }
                    return (int) value;
                };
            case BIGINT:
                return JsonValues::integer;
            case DOUBLE:
                return JsonValues::number;
            case DECIMAL:
                return decimal((DecimalType) type);
            case VARCHAR:
                return JsonValues::text;
            case ARRAY:
                return list(reader(((ArrayType) type).getElementType()));
            case MAP:
                if (!((MapType) type).getKeyType().is(LogicalTypeRoot.VARCHAR)) {
                    throw new ValidationException("JSON's maps have keys of type STRING");
                }
                return map(reader(((MapType) type).getValueType()));
            case ROW:
                return row((RowType) type);
            default:
                throw new ValidationException("JSON is not read as " + type.asSummaryString());
        }
    }

    private static Misfit misfit(JsonParser parser) throws IOException {
        return new Misfit(
                parser.currentToken().isStructStart() ? parser.currentToken().asString() + "…" : parser.getText());
    }

    private static boolean flag(JsonParser parser) throws IOException {
        if (!parser.currentToken().isBoolean()) {
            throw misfit(parser);
        }
        return parser.getBooleanValue();
    }

    private static long integer(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw misfit(parser);
        }
        return parser.getLongValue();
    }

    private static double number(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case VALUE_NUMBER_FLOAT:
                return parser.getDoubleValue();
            case VALUE_NUMBER_INT:
                // An integer that a double cannot hold must not be rounded silently.
                if (parser.getTextLength() >= 16 && parser.getBigIntegerValue().abs().compareTo(EXACT) > 0) {
                    throw misfit(parser);
                }
                return parser.getDoubleValue();
            default:
                throw misfit(parser);
        }
    }

    private static Reader decimal(DecimalType type) {
        return parser -> {
            if (!parser.currentToken().isNumeric()) {
                throw misfit(parser);
            }
            BigDecimal given = parser.getDecimalValue();
            DecimalData value = DecimalData.fromBigDecimal(given, type.getPrecision(), type.getScale());
            if (value == null || value.toBigDecimal().compareTo(given) != 0) {
                throw misfit(parser);
            }
            return value;
        };
    }

    private static StringData text(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw misfit(parser);
        }
        return StringData.fromString(checked(parser.getText()));
    }

    /** Text without halves of surrogate pairs, which an escape can make and UTF-8 cannot hold. */
    static String checked(String text) throws Misfit {
        for (int at = 0; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at))) {
                if (at + 1 == text.length() || !Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1))) {
                    throw new Misfit("half of a surrogate pair");
                }
                at++;
            }
        }
        return text;
    }

    private static Reader list(Reader element) {
        return parser -> {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw misfit(parser);
            }
            List<Object> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(element.read(parser));
            }
            return new GenericArrayData(elements.toArray());
        };
    }

    private static Reader map(Reader item) {
        return parser -> {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw misfit(parser);
            }
            Map<Object, Object> entries = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                StringData key = StringData.fromString(checked(parser.currentName()));
                parser.nextToken();
                entries.put(key, item.read(parser));
            }
            return new GenericMapData(entries);
        };
    }

    private static Reader row(RowType type) {
        int count = type.getFieldCount();
        Map<String, Integer> fields = new HashMap<>();
        Reader[] readers = new Reader[count];
        for (int field = 0; field < count; field++) {
            fields.put(type.getFieldNames().get(field), field);
            readers[field] = reader(type.getTypeAt(field));
        }
        return parser -> {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw misfit(parser);
            }
            GenericRowData row = new GenericRowData(count);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                Integer field = fields.get(parser.currentName());
                if (field == null) {
                    throw new Misfit("{…\"" + parser.currentName() + "\":…}");
                }
                parser.nextToken();
                row.setField(field, readers[field].read(parser));
            }
            return row;
        };
    }
}
