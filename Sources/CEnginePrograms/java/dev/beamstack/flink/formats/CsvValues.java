package dev.beamstack.flink.formats;

import java.math.BigInteger;
import java.util.Locale;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.LogicalType;

/** CSV's texts as values of a column's type. */
final class CsvValues {
    private static final BigInteger EXACT = BigInteger.ONE.shiftLeft(53);

    /** Gives null where the text is no value of the type. */
    interface Parser extends java.io.Serializable {
        Object parse(String text);
    }

    private CsvValues() {}

    static Parser parser(LogicalType type) {
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return CsvValues::flag;
            case INTEGER:
                return text -> {
                    Long value = integer(text);
                    return value == null || value != value.intValue() ? null : (Object) value.intValue();
                };
            case BIGINT:
                return CsvValues::integer;
            case DOUBLE:
                return CsvValues::number;
            case VARCHAR:
                return StringData::fromString;
            default:
                throw new ValidationException(
                        "CSV is read as BOOLEAN, INT, BIGINT, DOUBLE and STRING, not as " + type.asSummaryString());
        }
    }

    private static Boolean flag(String text) {
        switch (text) {
            case "true":
            case "True":
            case "TRUE":
                return true;
            case "false":
            case "False":
            case "FALSE":
                return false;
            default:
                return null;
        }
    }

    private static Long integer(String text) {
        String digits = trimmed(text);
        if (!isInteger(digits)) {
            return null;
        }
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException error) {
            return null;
        }
    }

    private static boolean isInteger(String text) {
        int start = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
        return start < text.length() && digitsEnd(text, start) == text.length();
    }

    private static Double number(String given) {
        String text = trimmed(given);
        if (text.length() >= 16 && isInteger(text) && new BigInteger(text).abs().compareTo(EXACT) > 0) {
            // An integer that a double cannot hold must not be rounded silently.
            return null;
        }
        int start = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
        int whole = digitsEnd(text, start);
        int end = whole;
        int digits = whole - start;
        if (end < text.length() && text.charAt(end) == '.') {
            end = digitsEnd(text, whole + 1);
            digits += end - whole - 1;
        }
        if (digits == 0) {
            String word = text.substring(start).toLowerCase(Locale.ROOT);
            if (!word.equals("inf") && !word.equals("infinity")) {
                return null;
            }
            return text.charAt(0) == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (end < text.length() && (text.charAt(end) | 0x20) == 'e') {
            return isInteger(text.substring(end + 1)) ? (Double) Double.parseDouble(text) : null;
        }
        return end == text.length() ? (Double) Double.parseDouble(text) : null;
    }

    private static int digitsEnd(String text, int start) {
        int at = start;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /** Without the blanks around it, as pandas reads numbers. */
    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    static boolean isBlank(char letter) {
        return letter == ' ' || letter == '\t';
    }
}
