package dev.beamstack.flink.formats;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;

/** Writes values as compact JSON. */
final class JsonText {
    /** What JSON has no form for is written in one of two ways. */
    enum Style {
        /**
         * As the embedded engine writes files: instants as RFC 3339, bytes as text where they are UTF-8 and else as
         * base64, decimals as numbers, NaN and infinities bare, maps as objects.
         */
        PUBLISHED,
        /**
         * For our own process, without loss: times as microseconds, days as their number since 1970, bytes as base64,
         * decimals as text, NaN and infinities as {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}, maps as
         * lists of pairs.
         */
        RETURNED
    }

    /** Writes one value that is not null. */
    interface Writer extends java.io.Serializable {
        void write(Object value, Utf8Output out);
    }

    private static final byte[] HEXADECIMAL = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private JsonText() {}

    static Writer writer(LogicalType type, Style style) {
        boolean isReturned = style == Style.RETURNED;
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return (value, out) -> out.put((Boolean) value ? "true" : "false");
            case TINYINT:
            case SMALLINT:
            case INTEGER:
            case BIGINT:
                return (value, out) -> out.put(((Number) value).longValue());
            case FLOAT:
            case DOUBLE:
                return (value, out) -> putDouble(((Number) value).doubleValue(), isReturned, out);
            case CHAR:
            case VARCHAR:
                return (value, out) -> putString(((StringData) value).toBytes(), out);
            case BINARY:
            case VARBINARY:
                return (value, out) -> putBytes((byte[]) value, isReturned, out);
            case DATE:
                return isReturned
                        ? (value, out) -> out.put((Integer) value)
                        : quoted((value, out) -> PythonText.putDay((Integer) value, out));
            case TIMESTAMP_WITHOUT_TIME_ZONE:
                return isReturned
                        ? (value, out) -> out.put(microseconds(value))
                        : quoted((value, out) -> PythonText.putMoment(microseconds(value), out));
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return isReturned
                        ? (value, out) -> out.put(microseconds(value))
                        : quoted(
                                (value, out) -> {
                                    PythonText.putMoment(microseconds(value), out);
                                    out.put('Z');
                                });
            case DECIMAL:
                Writer digits =
                        (value, out) -> out.put(((DecimalData) value).toBigDecimal().toPlainString());
                return isReturned ? quoted(digits) : digits;
            case ARRAY:
                return list(((ArrayType) type).getElementType(), style);
            case MAP:
                MapType map = (MapType) type;
                return isReturned ? pairs(map, style) : object(map, style);
            case ROW:
                return row((RowType) type, style);
            default:
                throw new ValidationException("values of type " + type.asSummaryString() + " have no form in JSON");
        }
    }

    static long microseconds(Object value) {
        TimestampData moment = (TimestampData) value;
        return Math.addExact(
                Math.multiplyExact(moment.getMillisecond(), 1000L), moment.getNanoOfMillisecond() / 1000);
    }

    private static Writer quoted(Writer writer) {
        return (value, out) -> {
            out.put('"');
            writer.write(value, out);
            out.put('"');
        };
    }

    private static void putDouble(double value, boolean isReturned, Utf8Output out) {
        if (!Double.isNaN(value) && !Double.isInfinite(value)) {
            PythonText.put(value, out);
        } else if (isReturned) {
            out.put('"' + Double.toString(value) + '"');
        } else {
            out.put(Double.toString(value));
        }
    }

    private static void putBytes(byte[] bytes, boolean isReturned, Utf8Output out) {
        if (!isReturned && isUtf8(bytes)) {
            putString(bytes, out);
            return;
        }
        out.put('"');
        out.put(Base64.getEncoder().encode(bytes));
        out.put('"');
    }

    static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException error) {
            return false;
        }
    }

    /** Text in quotes, with what JSON asks to be escaped and nothing else. */
    static void putString(byte[] utf8, Utf8Output out) {
        out.put('"');
        int start = 0;
        for (int at = 0; at < utf8.length; at++) {
            byte letter = utf8[at];
            if (letter >= 0x20 && letter != '"' && letter != '\\' || letter < 0) {
                continue;
            }
            out.put(utf8, start, at - start);
            start = at + 1;
            out.put('\\');
            int short_ = "\"\\\b\t\n\f\r".indexOf(letter);
            if (short_ >= 0) {
                out.put("\"\\btnfr".charAt(short_));
            } else {
                out.put("u00");
                out.put((char) HEXADECIMAL[letter >> 4]);
                out.put((char) HEXADECIMAL[letter & 15]);
            }
        }
        out.put(utf8, start, utf8.length - start);
        out.put('"');
    }

    private static Writer list(LogicalType elementType, Style style) {
        Writer writer = writer(elementType, style);
        ArrayData.ElementGetter getter = ArrayData.createElementGetter(elementType);
        return (value, out) -> {
            ArrayData elements = (ArrayData) value;
            out.put('[');
            for (int at = 0; at < elements.size(); at++) {
                if (at > 0) {
                    out.put(',');
                }
                putOrNull(getter.getElementOrNull(elements, at), writer, out);
            }
            out.put(']');
        };
    }

    private static Writer object(MapType type, Style style) {
        Writer key = writer(type.getKeyType(), style);
        Writer item = writer(type.getValueType(), style);
        ArrayData.ElementGetter keyGetter = ArrayData.createElementGetter(type.getKeyType());
        ArrayData.ElementGetter itemGetter = ArrayData.createElementGetter(type.getValueType());
        return (value, out) -> {
            MapData map = (MapData) value;
            out.put('{');
            for (int at = 0; at < map.size(); at++) {
                if (at > 0) {
                    out.put(',');
                }
                putKey(keyGetter.getElementOrNull(map.keyArray(), at), key, out);
                out.put(':');
                putOrNull(itemGetter.getElementOrNull(map.valueArray(), at), item, out);
            }
            out.put('}');
        };
    }

    /** JSON's keys are strings: a key of another type is its JSON text in quotes. */
    private static void putKey(Object key, Writer writer, Utf8Output out) {
        Utf8Output text = new Utf8Output(null);
        putOrNull(key, writer, text);
        byte[] json = text.collected();
        if (json[0] == '"') {
            out.put(json);
        } else {
            putString(json, out);
        }
    }

    private static Writer pairs(MapType type, Style style) {
        Writer key = writer(type.getKeyType(), style);
        Writer item = writer(type.getValueType(), style);
        ArrayData.ElementGetter keyGetter = ArrayData.createElementGetter(type.getKeyType());
        ArrayData.ElementGetter itemGetter = ArrayData.createElementGetter(type.getValueType());
        return (value, out) -> {
            MapData map = (MapData) value;
            out.put('[');
            for (int at = 0; at < map.size(); at++) {
                out.put(at > 0 ? ",[" : "[");
                putOrNull(keyGetter.getElementOrNull(map.keyArray(), at), key, out);
                out.put(',');
                putOrNull(itemGetter.getElementOrNull(map.valueArray(), at), item, out);
                out.put(']');
            }
            out.put(']');
        };
    }

    private static Writer row(RowType type, Style style) {
        List<String> names = type.getFieldNames();
        int count = names.size();
        byte[][] keys = new byte[count][];
        Writer[] writers = new Writer[count];
        RowData.FieldGetter[] getters = new RowData.FieldGetter[count];
        for (int field = 0; field < count; field++) {
            keys[field] = key(names.get(field), field);
            writers[field] = writer(type.getTypeAt(field), style);
            getters[field] = RowData.createFieldGetter(type.getTypeAt(field), field);
        }
        return (value, out) -> {
            out.put(count == 0 ? "{" : "");
            for (int field = 0; field < count; field++) {
                out.put(keys[field]);
                putOrNull(getters[field].getFieldOrNull((RowData) value), writers[field], out);
            }
            out.put('}');
        };
    }

    /** What stands before the value of a field: {@code {"a":}, then {@code ,"b":} and so on. */
    static byte[] key(String name, int field) {
        Utf8Output text = new Utf8Output(null);
        text.put(field == 0 ? '{' : ',');
        putString(name.getBytes(StandardCharsets.UTF_8), text);
        text.put(':');
        return text.collected();
    }

    static void putOrNull(Object value, Writer writer, Utf8Output out) {
        if (value == null) {
            out.put("null");
        } else {
            writer.write(value, out);
        }
    }
}
