package dev.beamstack.flink;

/**
 * What is wrong with a program's text. The message is one line, {@code beamstack: line 12: …}, so that it can be found
 * among the lines of a stack trace.
 */
final class SqlScriptException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 400;

    SqlScriptException(int line, String problem) {
        super("beamstack: line " + line + ": " + problem);
    }

    SqlScriptException(String problem) {
        super("beamstack: " + problem);
    }

    SqlScriptException(int line, Throwable cause) {
        super("beamstack: line " + (line + lineOf(cause)) + ": " + root(cause), cause);
    }

    /** What the innermost cause says, on one line. */
    private static String root(Throwable error) {
        String message = null;
        for (Throwable cause = error; cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
            if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
                message = cause.getMessage();
            }
        }
        String text = message == null ? error.getClass().getSimpleName() : message;
        if (text.contains("Traceback (most recent call last)")) {
            String[] lines = text.strip().split("\n");
            text = lines[lines.length - 1];
        }
        // What the parser would have taken instead is hundreds of words; places are told by our own line.
        int expected = text.indexOf("Was expecting");
        text = (expected < 0 ? text : text.substring(0, expected)).replaceFirst(" at line \\d+, column \\d+", "");
        text = text.strip().replaceAll("\\s*\\n\\s*", " ");
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    /** How many lines behind the statement's first one the parser or validator found the problem. */
    private static int lineOf(Throwable error) {
        java.util.regex.Pattern place = java.util.regex.Pattern.compile("(?i)(?:from|at) line (\\d+), column \\d+");
        for (Throwable cause = error; cause != null; cause = cause.getCause() == cause ? null : cause.getCause()) {
            java.util.regex.Matcher found = place.matcher(String.valueOf(cause.getMessage()));
            if (found.find()) {
                return Integer.parseInt(found.group(1)) - 1;
            }
        }
        return 0;
    }
}
