package dev.beamstack.flink.formats;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/** What is wrong with a file, in one line that begins with {@code beamstack:} and the place. Trying again would not help. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class InputException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int EXCERPT = 60;

    InputException(String path, String problem) {
        super("beamstack: " + path + ": " + problem);
    }

    InputException(String path, long line, String problem) {
        super("beamstack: " + path + ":" + line + ": " + problem);
    }

    /** A disk or a network may do better the next time. */
    static IOException unreadable(String path, IOException cause) {
        return new IOException("beamstack: " + path + ": cannot read it: " + cause.getMessage(), cause);
    }

    /** What a parser says, without what it says of itself. */
    static String message(String parsers) {
        int remark = parsers.indexOf(" (start marker at");
        return remark < 0 ? parsers : parsers.substring(0, remark);
    }

    /** A text short enough for a message, on one line. */
    static String excerpt(String text) {
        String line = text.replace("\n", "\\n").replace("\r", "\\r");
        return line.length() > EXCERPT ? line.substring(0, EXCERPT) + "…" : line;
    }
}
