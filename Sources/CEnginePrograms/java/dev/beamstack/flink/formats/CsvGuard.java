package dev.beamstack.flink.formats;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/**
 * Leaves out comments, which run from a sign outside quotes to the end of the line, and refuses what the parser would
 * read otherwise than the embedded engine: it drops blanks behind a quoted value, and ends rows at lone carriage returns.
 */
final class CsvGuard extends FilterReader {
    private enum Place {
        FIELD_START,
        UNQUOTED,
        QUOTED,
        COMMENT
    }

    private final String path;
    private final char delimiter;
    /** Null where nothing begins a comment. */
    private final Character comment;
    private Place place = Place.FIELD_START;
    /** Whether the letter before ended a quoted text. */
    private boolean wasClosed;
    /** Whether the letter before was a carriage return outside quotes. */
    private boolean wasReturn;
    private long line = 1;

    CsvGuard(Reader reader, String path, CsvDialect dialect) {
        super(reader);
        this.path = path;
        delimiter = dialect.delimiter;
        comment = dialect.comment;
    }

    @Override
    public int read() throws IOException {
        char[] one = new char[1];
        return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(char[] target, int start, int length) throws IOException {
        while (true) {
            int count = in.read(target, start, length);
            if (count < 0) {
                return count;
            }
            int end = start;
            for (int at = start; at < start + count; at++) {
                if (keeps(target[at])) {
                    target[end++] = target[at];
                }
            }
            if (end > start) {
                return end - start;
            }
        }
    }

    private boolean keeps(char letter) throws InputException {
        if (wasReturn && letter != '\n') {
            throw new InputException(path, line, "there is a carriage return that does not end the line");
        }
        wasReturn = false;
        if (letter == '\n') {
            line++;
        }
        switch (place) {
            case COMMENT:
                if (letter != '\n') {
                    return false;
                }
                place = Place.FIELD_START;
                return true;
            case QUOTED:
                // A doubled quote is back within quotes at once.
                wasClosed = letter == '"';
                place = wasClosed ? Place.UNQUOTED : Place.QUOTED;
                return true;
            default:
                return keepsUnquoted(letter);
        }
    }

    private boolean keepsUnquoted(char letter) throws InputException {
        boolean followsQuote = wasClosed;
        wasClosed = false;
        if (comment != null && letter == comment) {
            place = Place.COMMENT;
            return false;
        }
        if (letter == '"' && (place == Place.FIELD_START || followsQuote)) {
            place = Place.QUOTED;
        } else if (letter == delimiter || letter == '\n') {
            place = Place.FIELD_START;
        } else {
            wasReturn = letter == '\r';
            if (followsQuote && !wasReturn) {
                throw new InputException(path, line, "there is more behind the quote that closes a value");
            }
            place = Place.UNQUOTED;
        }
        return true;
    }
}
