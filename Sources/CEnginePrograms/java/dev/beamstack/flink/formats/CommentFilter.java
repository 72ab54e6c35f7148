package dev.beamstack.flink.formats;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Leaves out comments, which run from a sign outside quotes to the end of the line. */
final class CommentFilter extends FilterReader {
    private enum Place {
        FIELD_START,
        UNQUOTED,
        QUOTED,
        COMMENT
    }

    private final char comment;
    private final char delimiter;
    private Place place = Place.FIELD_START;
    /** Whether the letter before ended a quoted text. */
    private boolean wasClosed;

    CommentFilter(Reader reader, char comment, char delimiter) {
        super(reader);
        this.comment = comment;
        this.delimiter = delimiter;
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

    private boolean keeps(char letter) {
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
                if (letter == comment) {
                    place = Place.COMMENT;
                    return false;
                }
                boolean opens = letter == '"' && (place == Place.FIELD_START || wasClosed);
                wasClosed = false;
                place =
                        opens
                                ? Place.QUOTED
                                : letter == delimiter || letter == '\n' ? Place.FIELD_START : Place.UNQUOTED;
                return true;
        }
    }
}
