package dev.beamstack.flink;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;

/**
 * Submits a program of Flink SQL as one job, and does not wait for it.
 *
 * <pre>
 * --sql-file PATH    the program, in any file system that Flink knows
 * --sql BASE64       the program itself, gzipped or not; given several times, the parts are put together
 * --set name=value   what ${name} stands for in it
 * -Dkey=value        a setting of the pipeline; the program's own SET comes after it
 * --name JOB         the job's name
 * </pre>
 *
 * <p>All INSERTs become one job, whether or not they stand in a statement set.
 */
public final class SqlRunner {
    private static final Pattern SETTING =
            Pattern.compile("(?is)SET\\s+'((?:[^']|'')*)'\\s*=\\s*'((?:[^']|'')*)'\\s*");
    private static final Pattern SET_BEGINNING =
            Pattern.compile("(?is)(EXECUTE\\s+STATEMENT\\s+SET\\s+BEGIN|EXECUTE(?=\\s+INSERT)|BEGIN\\s+STATEMENT\\s+SET)(\\s+|$)");
    private static final String RUNTIME_MODE = "execution.runtime-mode";

    private final Map<String, String> settings = new HashMap<>();
    private final Map<String, String> values = new HashMap<>();
    private final StringBuilder encoded = new StringBuilder();
    private String file;

    public static void main(String[] arguments) throws Exception {
        SqlRunner runner = new SqlRunner(arguments);
        List<SqlScript.Statement> statements = SqlScript.statements(runner.text(), runner.values);
        // All programs of the cluster share this class: theirs cannot be among the processes that begin meanwhile.
        synchronized (TableEnvironment.class) {
            Set<Long> before = callbackServers().map(ProcessHandle::pid).collect(Collectors.toSet());
            try {
                runner.run(statements);
            } finally {
                callbackServers().filter(each -> !before.contains(each.pid())).forEach(ProcessHandle::destroy);
            }
        }
    }

    /** What Flink starts to look at Python functions, one a submission, and forgets to end. */
    private static Stream<ProcessHandle> callbackServers() {
        return ProcessHandle.current()
                .children()
                .filter(each -> each.info().commandLine().orElse("").contains("pyflink.pyflink_callback_server"));
    }

    private SqlRunner(String[] arguments) {
        for (int at = 0; at < arguments.length; at++) {
            String argument = arguments[at];
            if (argument.startsWith("-D")) {
                put(settings, argument.substring(2), argument);
                continue;
            }
            if (at + 1 == arguments.length) {
                throw new SqlScriptException("the argument '" + argument + "' has no value");
            }
            String value = arguments[++at];
            switch (argument) {
                case "--sql-file":
                    file = value;
                    break;
                case "--sql":
                    encoded.append(value);
                    break;
                case "--set":
                    put(values, value, argument);
                    break;
                case "--name":
                    settings.put("pipeline.name", value);
                    break;
                default:
                    throw new SqlScriptException("there is no argument '" + argument + "'");
            }
        }
    }

    private static void put(Map<String, String> map, String pair, String argument) {
        int sign = pair.indexOf('=');
        if (sign < 1) {
            throw new SqlScriptException("'" + argument + "' needs a name, '=' and a value");
        }
        map.put(pair.substring(0, sign), pair.substring(sign + 1));
    }

    private String text() throws IOException {
        byte[] bytes;
        if (file != null) {
            Path path = new Path(file);
            try (InputStream stream = path.getFileSystem().open(path)) {
                bytes = stream.readAllBytes();
            }
        } else {
            bytes = Base64.getDecoder().decode(encoded.toString());
        }
        if (bytes.length > 1 && bytes[0] == (byte) 0x1f && bytes[1] == (byte) 0x8b) {
            try (InputStream stream = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
                bytes = stream.readAllBytes();
            }
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void run(List<SqlScript.Statement> statements) {
        // The mode is chosen when the environment is made: settings at the program's beginning belong to that.
        int start = 0;
        while (start < statements.size() && set(statements.get(start)) != null) {
            String[] setting = set(statements.get(start++));
            settings.put(setting[0], setting[1]);
        }
        TableEnvironment environment =
                TableEnvironment.create(
                        EnvironmentSettings.newInstance()
                                .withConfiguration(Configuration.fromMap(settings))
                                .build());
        StatementSet inserts = environment.createStatementSet();
        int insertCount = 0;
        int lastInsert = 1;
        for (SqlScript.Statement statement : unwrapped(statements.subList(start, statements.size()))) {
            try {
                String beginning = statement.beginning();
                String[] setting = set(statement);
                if (setting != null) {
                    if (setting[0].equals(RUNTIME_MODE)) {
                        throw new SqlScriptException(
                                statement.line, "'" + RUNTIME_MODE + "' must be set before all other statements");
                    }
                    environment.getConfig().set(setting[0], setting[1]);
                } else if (beginning.startsWith("INSERT ")) {
                    inserts.addInsertSql(statement.text);
                    insertCount++;
                    lastInsert = insertCount == 1 ? statement.line : lastInsert;
                } else if (beginning.matches("(?s)(SELECT|WITH|VALUES|\\()\\b.*")) {
                    throw new SqlScriptException(statement.line, "a query's rows go nowhere without INSERT INTO");
                } else {
                    environment.executeSql(statement.text);
                }
            } catch (SqlScriptException error) {
                throw error;
            } catch (RuntimeException error) {
                throw new SqlScriptException(statement.line, error);
            }
        }
        if (insertCount == 0) {
            throw new SqlScriptException("the program has no INSERT, so there is no job");
        }
        try {
            inserts.execute();
        } catch (RuntimeException error) {
            throw new SqlScriptException(lastInsert, error);
        }
    }

    /** Takes statement sets apart, since all INSERTs are one set anyway. */
    private static List<SqlScript.Statement> unwrapped(List<SqlScript.Statement> statements) {
        List<SqlScript.Statement> result = new ArrayList<>();
        for (SqlScript.Statement statement : statements) {
            Matcher beginning = SET_BEGINNING.matcher(statement.text);
            SqlScript.Statement rest = statement;
            if (beginning.lookingAt()) {
                String skipped = statement.text.substring(0, beginning.end());
                rest =
                        new SqlScript.Statement(
                                statement.text.substring(beginning.end()),
                                statement.line + (int) skipped.chars().filter(letter -> letter == '\n').count());
            }
            String word = rest.beginning();
            if (!word.isEmpty() && !word.equals("END")) {
                result.add(rest);
            }
        }
        return result;
    }

    private static String[] set(SqlScript.Statement statement) {
        Matcher setting = SETTING.matcher(statement.text);
        if (!setting.matches()) {
            return null;
        }
        return new String[] {setting.group(1).replace("''", "'"), setting.group(2).replace("''", "'")};
    }
}
