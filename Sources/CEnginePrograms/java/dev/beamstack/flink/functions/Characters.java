package dev.beamstack.flink.functions;

import java.util.function.IntPredicate;

/** Texts as code points, which is how Python counts. */
final class Characters {
    private Characters() {}

    /** What {@code str.split} and {@code str.strip} take for white space. */
    static boolean isSpace(int character) {
        return character >= 0x09 && character <= 0x0D
                || character >= 0x1C && character <= 0x20
                || character == 0x85
                || character == 0xA0
                || character == 0x1680
                || character >= 0x2000 && character <= 0x200A
                || character == 0x2028
                || character == 0x2029
                || character == 0x202F
                || character == 0x205F
                || character == 0x3000;
    }

    static String strip(String text, IntPredicate isStripped, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && isStripped.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && isStripped.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    static int count(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The part between two places, which lie within the text. */
    static String part(String text, int start, int end) {
        int from = text.offsetByCodePoints(0, start);
        return text.substring(from, text.offsetByCodePoints(from, end - start));
    }
}
