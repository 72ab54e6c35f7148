package dev.beamstack.flink;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Flink SQL as a person would paste it into sql-client, cut into statements.
 *
 * <p>Semicolons within quotes, backticks and comments end nothing. {@code ${name}} stands for a value that whoever submits
 * the text gives; within quotes the value's own quotes are doubled. {@code $${} is {@code ${} itself.
 */
final class SqlScript {
    /** One statement and where it begins. */
    static final class Statement {
        final String text;
        /** Counted from 1. */
        final int line;

        Statement(String text, int line) {
            this.text = text;
            this.line = line;
        }

        /** The first words in capitals, without what stands between them. */
        String beginning() {
            StringBuilder words = new StringBuilder();
            int at = 0;
            while (at < text.length() && words.length() < 40) {
                char character = text.charAt(at);
                if (text.startsWith("--", at) || text.startsWith("/*", at)) {
                    at = commentEnd(text, at);
                } else if (Character.isWhitespace(character)) {
                    at++;
                } else {
                    int start = at;
                    while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
                        at++;
                    }
                    words.append(words.length() == 0 ? "" : " ").append(text, start, at);
                }
            }
            return words.toString().toUpperCase(java.util.Locale.ROOT);
        }
    }

    private final String text;
    private final Map<String, String> values;
    private final List<Statement> statements = new ArrayList<>();
    private final StringBuilder current = new StringBuilder();
    private int at;
    private int line = 1;
    /** Where the current statement's first word stands; 0 before it. */
    private int firstLine;

    private SqlScript(String text, Map<String, String> values) {
        this.text = text;
        this.values = values;
    }

    static List<Statement> statements(String text, Map<String, String> values) {
        SqlScript script = new SqlScript(text, values);
        script.split();
        return script.statements;
    }

    private void split() {
        while (at < text.length()) {
            char character = text.charAt(at);
            if (text.startsWith("--", at) || text.startsWith("/*", at)) {
                take(commentEnd(text, at));
            } else if (character == '\'' || character == '`' || character == '"') {
                begin();
                quoted(character);
            } else if (character == ';') {
                end();
                at++;
            } else if (character == '$' && placeholder(false)) {
                begin();
            } else {
                if (!Character.isWhitespace(character)) {
                    begin();
                }
                take(at + 1);
            }
        }
        end();
    }

    private void begin() {
        if (firstLine == 0) {
            firstLine = line;
            // The engine counts lines from the statement's beginning.
            current.setLength(0);
        }
    }

    private void end() {
        if (firstLine != 0) {
            statements.add(new Statement(current.toString(), firstLine));
        }
        current.setLength(0);
        firstLine = 0;
    }

    /** Copies up to a place. */
    private void take(int end) {
        for (; at < end; at++) {
            if (text.charAt(at) == '\n') {
                line++;
            }
            current.append(text.charAt(at));
        }
    }

    private void quoted(char quote) {
        int start = line;
        take(at + 1);
        while (at < text.length()) {
            char character = text.charAt(at);
            if (character == quote) {
                // A doubled quote ends one text and begins the next: both together are one statement all the same.
                take(at + 1);
                return;
            }
            if (character != '$' || !placeholder(quote == '\'')) {
                take(at + 1);
            }
        }
        throw new SqlScriptException(start, "the quote " + quote + " is never closed");
    }

    /** Fills in {@code ${name}} at the current place; false where there is none. */
    private boolean placeholder(boolean isText) {
        if (text.startsWith("$${", at)) {
            current.append("${");
            at += 3;
            return true;
        }
        if (!text.startsWith("${", at)) {
            return false;
        }
        int end = text.indexOf('}', at);
        String name = end < 0 ? "" : text.substring(at + 2, end);
        String value = values.get(name);
        if (value == null) {
            throw new SqlScriptException(line, "there is no value for ${" + name + "}");
        }
        begin();
        current.append(isText ? value.replace("'", "''") : value);
        at = end + 1;
        return true;
    }

    private static int commentEnd(String text, int start) {
        boolean isLine = text.startsWith("--", start);
        int end = isLine ? text.indexOf('\n', start) : text.indexOf("*/", start + 2);
        return end < 0 ? text.length() : isLine ? end : end + 2;
    }
}
