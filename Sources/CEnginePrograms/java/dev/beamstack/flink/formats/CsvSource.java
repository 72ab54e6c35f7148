package dev.beamstack.flink.formats;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.SequenceInputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JacksonException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonLocation;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonToken;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.dataformat.csv.CsvFactory;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.dataformat.csv.CsvParser;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.dataformat.csv.CsvSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** The rows of a CSV file, whose columns are found by their names, as pandas' {@code read_csv} does. */
final class CsvSource implements RowSource {
    private static final CsvFactory FACTORY = new CsvFactory();

    private final String path;
    private final CsvDialect dialect;
    private final RowType type;
    private final CsvValues.Parser[] parsers;
    private final CsvParser parser;
    private final List<String> record = new ArrayList<>();
    private long line;
    /** How long the record's first field is as written, where it is the only one. */
    private long firstLength;
    /** The field of each of the file's columns; -1 where nobody wants it. */
    private int[] fields;
    private boolean isFirstRecordData;

    CsvSource(InputStream stream, String path, CsvDialect dialect, RowType type) throws IOException {
        this.path = path;
        this.dialect = dialect;
        this.type = type;
        parsers = new CsvValues.Parser[type.getFieldCount()];
        for (int field = 0; field < parsers.length; field++) {
            parsers[field] = CsvValues.parser(type.getTypeAt(field));
        }
        Reader reader =
                new InputStreamReader(
                        // Where the last line has its end, too, places tell a quoted text from a blank line.
                        new SequenceInputStream(stream, new ByteArrayInputStream(new byte[] {'\n'})),
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT));
        parser = FACTORY.createParser(new CsvGuard(reader, path, dialect));
        parser.setSchema(
                CsvSchema.emptySchema()
                        .withColumnSeparator(dialect.delimiter)
                        .withQuoteChar('"')
                        .withoutEscapeChar());
    }

    @Override
    public RowData next() throws IOException {
        if (fields == null && !readHeader()) {
            return null;
        }
        if (isFirstRecordData) {
            isFirstRecordData = false;
        } else if (!advance()) {
            return null;
        }
        if (record.size() > fields.length) {
            throw new InputException(
                    path, line, "the row has " + record.size() + " fields, the header " + fields.length);
        }
        GenericRowData row = new GenericRowData(parsers.length);
        for (int column = 0; column < record.size(); column++) {
            int field = fields[column];
            String text = record.get(column);
            if (field < 0 || CsvDialect.NULL_TEXTS.contains(text)) {
                continue;
            }
            Object value = parsers[field].parse(text);
            if (value == null) {
                throw new InputException(
                        path,
                        line,
                        "'" + InputException.excerpt(text) + "' in column '" + type.getFieldNames().get(field)
                                + "' is not " + type.getTypeAt(field).copy(true).asSummaryString());
            }
            row.setField(field, value);
        }
        return row;
    }

    private boolean readHeader() throws IOException {
        if (!advance()) {
            return false;
        }
        List<String> names = new ArrayList<>(record);
        if (!names.isEmpty() && names.get(0).startsWith("\ufeff")) {
            names.set(0, names.get(0).substring(1));
            record.set(0, names.get(0));
        }
        isFirstRecordData = !dialect.hasHeader;
        if (dialect.names != null) {
            if (dialect.names.size() < names.size()) {
                throw new InputException(
                        path, "it has " + names.size() + " columns, but 'names' gives " + dialect.names.size());
            }
            names = dialect.names;
        } else if (!dialect.hasHeader) {
            for (int column = 0; column < names.size(); column++) {
                names.set(column, Integer.toString(column));
            }
        }
        names = unique(names);
        fields = new int[names.size()];
        for (int column = 0; column < fields.length; column++) {
            String name = names.get(column);
            if (dialect.knownFields != null && !dialect.knownFields.contains(name)) {
                throw new InputException(path, "it has a column '" + name + "' that the first file does not have");
            }
            fields[column] = type.getFieldNames().indexOf(name);
        }
        return true;
    }

    /** Names as pandas makes them unique: {@code a}, {@code a.1}, {@code a.2}. */
    private static List<String> unique(List<String> names) {
        Set<String> seen = new HashSet<>();
        List<String> result = new ArrayList<>();
        for (int column = 0; column < names.size(); column++) {
            String name = names.get(column).isEmpty() ? "Unnamed: " + column : names.get(column);
            String candidate = name;
            for (int number = 1; !seen.add(candidate); number++) {
                candidate = name + "." + number;
            }
            result.add(candidate);
        }
        return result;
    }

    /** Reads the next record that is not blank. */
    private boolean advance() throws IOException {
        try {
            do {
                record.clear();
                JsonToken token = parser.nextToken();
                if (token == null) {
                    return false;
                }
                while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
                    if (token == null) {
                        return false;
                    }
                    if (record.isEmpty()) {
                        JsonLocation place = parser.currentTokenLocation();
                        line = place.getLineNr();
                        firstLength = parser.currentLocation().getCharOffset() + 1 - place.getCharOffset();
                    }
                    record.add(parser.getText());
                }
            } while (isBlank());
            return true;
        } catch (JacksonException error) {
            String message = InputException.message(error.getOriginalMessage());
            throw new InputException(path, line + 1, "here or further on: " + message);
        } catch (CharacterCodingException error) {
            throw new InputException(path, line + 1, "here or further on the file is not UTF-8");
        }
    }

    private boolean isBlank() {
        if (record.size() != 1) {
            return false;
        }
        String text = record.get(0);
        for (int at = 0; at < text.length(); at++) {
            if (!CsvValues.isBlank(text.charAt(at))) {
                return false;
            }
        }
        return firstLength == text.length();
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
