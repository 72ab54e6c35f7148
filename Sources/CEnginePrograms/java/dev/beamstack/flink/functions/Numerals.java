package dev.beamstack.flink.functions;

/** How Python writes numbers, and reads them. */
final class Numerals {
    private Numerals() {}

    /** The text without white space around it and with ASCII digits for those of other scripts. */
    static String normalized(String text) {
        StringBuilder result = new StringBuilder(text.length());
        Characters.strip(text, Characters::isSpace, true, true)
                .codePoints()
                .forEach(
                        character -> {
                            boolean isDigit =
                                    character >= 0x80 && Character.getType(character) == Character.DECIMAL_DIGIT_NUMBER;
                            result.appendCodePoint(isDigit ? '0' + Character.digit(character, 10) : character);
                        });
        return result.toString();
    }

    static boolean isInteger(String text) {
        int start = text.startsWith("+") || text.startsWith("-") ? 1 : 0;
        return start < text.length() && digits(text, start) == text.length();
    }

    static boolean isFloat(String text) {
        int at = text.startsWith("+") || text.startsWith("-") ? 1 : 0;
        int whole = digits(text, at);
        boolean hasDigits = whole > at;
        at = whole;
        if (at < text.length() && text.charAt(at) == '.') {
            int fraction = digits(text, at + 1);
            hasDigits |= fraction > at + 1;
            at = fraction;
        }
        if (!hasDigits) {
            return false;
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int start = at + 1;
            if (start < text.length() && (text.charAt(start) == '+' || text.charAt(start) == '-')) {
                start++;
            }
            at = digits(text, start);
            if (at == start) {
                return false;
            }
        }
        return at == text.length();
    }

    /** The end of the digits that start there, with single underscores between them. */
    private static int digits(String text, int start) {
        int at = start;
        while (at < text.length()) {
            char character = text.charAt(at);
            boolean isDigit = character >= '0' && character <= '9';
            boolean isSeparator =
                    character == '_'
                            && at > start
                            && text.charAt(at - 1) != '_'
                            && at + 1 < text.length()
                            && text.charAt(at + 1) >= '0'
                            && text.charAt(at + 1) <= '9';
            if (!isDigit && !isSeparator) {
                break;
            }
            at++;
        }
        return at;
    }
}
