package dev.beamstack.flink.formats;

import java.io.IOException;

/** What is wrong with a file, in one line that begins with {@code beamstack:} and the place. */
final class InputException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int EXCERPT = 60;

    InputException(String path, String problem) {
        super("beamstack: " + path + ": " + problem);
    }

    InputException(String path, long line, String problem) {
        super("beamstack: " + path + ":" + line + ": " + problem);
    }

    InputException(String path, IOException cause) {
        super("beamstack: " + path + ": cannot read it: " + cause.getMessage(), cause);
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
