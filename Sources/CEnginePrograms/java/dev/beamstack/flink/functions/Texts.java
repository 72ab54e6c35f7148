package dev.beamstack.flink.functions;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.apache.flink.table.functions.ScalarFunction;

/** Python's methods of texts. */
public final class Texts {
    private Texts() {}

    private static final int MAXIMUM_LENGTH = 1 << 28;

    public static final class TextUpper extends ScalarFunction {
        public String eval(String text) {
            return text.toUpperCase(Locale.ROOT);
        }
    }

    public static final class TextLower extends ScalarFunction {
        public String eval(String text) {
            return text.toLowerCase(Locale.ROOT);
        }
    }

    public static final class TextStrip extends ScalarFunction {
        public String eval(String text) {
            return Characters.strip(text, Characters::isSpace, true, true);
        }

        public String eval(String text, String characters) {
            return Characters.strip(text, among(characters), true, true);
        }
    }

    public static final class TextStripLeft extends ScalarFunction {
        public String eval(String text) {
            return Characters.strip(text, Characters::isSpace, true, false);
        }

        public String eval(String text, String characters) {
            return Characters.strip(text, among(characters), true, false);
        }
    }

    public static final class TextStripRight extends ScalarFunction {
        public String eval(String text) {
            return Characters.strip(text, Characters::isSpace, false, true);
        }

        public String eval(String text, String characters) {
            return Characters.strip(text, among(characters), false, true);
        }
    }

    private static IntPredicate among(String characters) {
        return character -> characters.indexOf(character) >= 0;
    }

    public static final class TextReplace extends ScalarFunction {
        public String eval(String text, String old, String replacement) {
            if (!old.isEmpty()) {
                return text.replace(old, replacement);
            }
            // An empty text is found before every character and at the end.
            StringBuilder result = new StringBuilder(replacement);
            text.codePoints().forEach(character -> result.appendCodePoint(character).append(replacement));
            return result.toString();
        }
    }

    public static final class TextStartsWith extends ScalarFunction {
        public boolean eval(String text, String prefix) {
            return text.startsWith(prefix);
        }
    }

    public static final class TextEndsWith extends ScalarFunction {
        public boolean eval(String text, String suffix) {
            return text.endsWith(suffix);
        }
    }

    /** Code point by code point. */
    private static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // Halves of code points beyond U+FFFF are above all others, which are not above U+FFFF.
                boolean isHalf = Character.isSurrogate(x);
                return isHalf == Character.isSurrogate(y) ? x - y : isHalf ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }

    public static final class TextLess extends ScalarFunction {
        public boolean eval(String a, String b) {
            return compare(a, b) < 0;
        }
    }

    public static final class TextAtMost extends ScalarFunction {
        public boolean eval(String a, String b) {
            return compare(a, b) <= 0;
        }
    }

    public static final class TextContains extends ScalarFunction {
        public boolean eval(String text, String part) {
            return text.contains(part);
        }
    }

    public static final class TextFind extends ScalarFunction {
        public long eval(String text, String part) {
            int at = text.indexOf(part);
            return at < 0 ? -1 : text.codePointCount(0, at);
        }
    }

    public static final class TextCount extends ScalarFunction {
        public long eval(String text, String part) {
            if (part.isEmpty()) {
                return Characters.count(text) + 1L;
            }
            long count = 0;
            for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
                count++;
            }
            return count;
        }
    }

    public static final class TextRepeat extends ScalarFunction {
        public String eval(String text, Long count) {
            if (count <= 0 || text.isEmpty()) {
                return "";
            }
            if (count > MAXIMUM_LENGTH / text.length()) {
                throw new PythonException("MemoryError", "the text would be too long");
            }
            return text.repeat(count.intValue());
        }
    }

    public static final class TextItem extends ScalarFunction {
        public String eval(String text, Long index) {
            int count = Characters.count(text);
            long place = index < 0 ? index + count : index;
            if (place < 0 || place >= count) {
                throw PythonException.index("string index out of range");
            }
            return Characters.part(text, (int) place, (int) place + 1);
        }
    }

    /** {@code text[start:stop:step]}, null for what is not written; source: CPython's {@code PySlice_AdjustIndices}. */
    public static final class TextSlice extends ScalarFunction {
        public String eval(String text, Long start, Long stop) {
            return eval(text, start, stop, 1L);
        }

        public String eval(String text, Long start, Long stop, Long step) {
            long stride = step == null ? 1 : step;
            if (stride == 0) {
                throw PythonException.value("slice step cannot be zero");
            }
            int count = Characters.count(text);
            int low = stride > 0 ? 0 : -1;
            int high = stride > 0 ? count : count - 1;
            int first = start == null ? (stride > 0 ? 0 : count - 1) : clamped(start, count, low, high);
            int last = stop == null ? (stride > 0 ? count : -1) : clamped(stop, count, low, high);
            if (stride == 1) {
                return first < last ? Characters.part(text, first, last) : "";
            }
            int[] characters = text.codePoints().toArray();
            StringBuilder result = new StringBuilder();
            // The stride may be as large as a long; the place stays within the text.
            for (long at = first; stride > 0 ? at < last : at > last; ) {
                result.appendCodePoint(characters[(int) at]);
                if (Math.abs((double) stride) > count) {
                    break;
                }
                at += stride;
            }
            return result.toString();
        }

        private static int clamped(long index, int count, int low, int high) {
            long place = index < 0 ? index + count : index;
            return (int) Math.min(Math.max(place, low), high);
        }
    }

    public static final class TextSplit extends ScalarFunction {
        public String[] eval(String text, String separator) {
            if (separator.isEmpty()) {
                throw PythonException.value("empty separator");
            }
            List<String> parts = new ArrayList<>();
            int start = 0;
            for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, start)) {
                parts.add(text.substring(start, at));
                start = at + separator.length();
            }
            parts.add(text.substring(start));
            return parts.toArray(new String[0]);
        }
    }

    /** {@code text.split()}: at white space, without empty parts. */
    public static final class TextWords extends ScalarFunction {
        public String[] eval(String text) {
            List<String> words = new ArrayList<>();
            int start = -1;
            for (int at = 0; at < text.length(); ) {
                int character = text.codePointAt(at);
                if (Characters.isSpace(character)) {
                    if (start >= 0) {
                        words.add(text.substring(start, at));
                    }
                    start = -1;
                } else if (start < 0) {
                    start = at;
                }
                at += Character.charCount(character);
            }
            if (start >= 0) {
                words.add(text.substring(start));
            }
            return words.toArray(new String[0]);
        }
    }

    public static final class TextJoin extends ScalarFunction {
        public String eval(String separator, String[] parts) {
            for (int place = 0; place < parts.length; place++) {
                if (parts[place] == null) {
                    throw PythonException.type("sequence item " + place + ": expected str instance, NoneType found");
                }
            }
            return String.join(separator, parts);
        }
    }
}
