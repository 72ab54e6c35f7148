extension EngineHarness {
    /// Runs statements in a small cluster within the process.
    static let flinkProgram = """
        import java.nio.charset.StandardCharsets;
        import java.nio.file.*;
        import java.util.*;
        import org.apache.flink.table.api.*;
        import org.apache.flink.types.Row;
        import org.apache.flink.util.CloseableIterator;

        public final class Harness {
            public static void main(String[] args) throws Exception {
                TableEnvironment env = TableEnvironment.create(EnvironmentSettings.inBatchMode());
                env.getConfig().set("parallelism.default", "1");
                List<String> lines = Files.readAllLines(Path.of(args[0]), StandardCharsets.UTF_8);
                StringBuilder out = new StringBuilder();
                for (int n = 0; n < lines.size(); n++) {
                    String sql = new String(Base64.getDecoder().decode(lines.get(n)), StandardCharsets.UTF_8);
                    try {
                        if (sql.startsWith("SET '")) {
                            String[] parts = sql.split("'");
                            env.getConfig().set(parts[1], parts[3]);
                            continue;
                        }
                        TableResult result = env.executeSql(sql);
                        if (result.getResultKind() == ResultKind.SUCCESS) continue;
                        try (CloseableIterator<Row> rows = result.collect()) {
                            while (rows.hasNext()) {
                                Row row = rows.next();
                                out.append(n);
                                for (int i = 0; i < row.getArity(); i++) out.append('\\t').append(encode(row.getField(i)));
                                out.append('\\n');
                            }
                        }
                    } catch (Throwable error) {
                        Throwable cause = error;
                        while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
                        out.append(n).append("\\tERROR\\t").append(String.valueOf(cause).replaceAll("[\\\\r\\\\n\\\\t]+", " ")).append('\\n');
                    }
                }
                Files.writeString(Path.of(args[1]), out.toString());
                System.exit(0);
            }

            static String encode(Object value) {
                if (value == null) return "N";
                if (value instanceof Boolean) return "B:" + value;
                if (value instanceof Long) return "I:" + value;
                if (value instanceof Integer) return "i:" + value;
                if (value instanceof Double) return Double.isNaN((Double) value) ? "F:nan" : "F:" + Long.toHexString(Double.doubleToLongBits((Double) value));
                if (value instanceof String) {
                    StringJoiner joiner = new StringJoiner(" ", "S:", "");
                    ((String) value).codePoints().forEach(c -> joiner.add(String.valueOf(c)));
                    return joiner.toString();
                }
                if (value instanceof byte[]) return "X:" + Arrays.toString((byte[]) value);
                if (value instanceof Object[]) {
                    StringJoiner joiner = new StringJoiner(",", "L[", "]");
                    for (Object item : (Object[]) value) joiner.add(encode(item));
                    return joiner.toString();
                }
                if (value instanceof Map) {
                    TreeSet<String> entries = new TreeSet<>();
                    ((Map<?, ?>) value).forEach((k, v) -> entries.add(encode(k) + "=" + encode(v)));
                    return "D{" + String.join(",", entries) + "}";
                }
                if (value instanceof Row) {
                    StringJoiner joiner = new StringJoiner(",", "R(", ")");
                    for (int i = 0; i < ((Row) value).getArity(); i++) joiner.add(encode(((Row) value).getField(i)));
                    return joiner.toString();
                }
                return value.getClass().getSimpleName() + ":" + value;
            }
        }
        """

    /// Runs statements in a session within the process.
    static let sparkProgram = """
        import sys, base64, struct
        from pyspark.sql import SparkSession, Row
        spark = (SparkSession.builder.master('local[1]').appName('harness').config('spark.ui.enabled', 'false')
            .config('spark.sql.session.timeZone', 'UTC').config('spark.sql.shuffle.partitions', '1')
            .config('spark.driver.host', '127.0.0.1').getOrCreate())
        spark.sparkContext.setLogLevel('OFF')
        def enc(v):
            if v is None: return 'N'
            if isinstance(v, bool): return 'B:' + str(v).lower()
            if isinstance(v, int): return 'I:%d' % v
            if isinstance(v, float):
                return 'F:nan' if v != v else 'F:%x' % struct.unpack('>Q', struct.pack('>d', v))[0]
            if isinstance(v, str): return 'S:' + ' '.join(str(ord(c)) for c in v)
            if isinstance(v, Row): return 'R(' + ','.join(map(enc, v)) + ')'
            if isinstance(v, (list, tuple)): return 'L[' + ','.join(map(enc, v)) + ']'
            if isinstance(v, dict): return 'D{' + ','.join(sorted(enc(k) + '=' + enc(x) for k, x in v.items())) + '}'
            return type(v).__name__ + ':' + str(v)
        with open(sys.argv[2], 'w') as out:
            for n, line in enumerate(open(sys.argv[1]).read().split('\\n')):
                try:
                    frame = spark.sql(base64.b64decode(line).decode())
                    # Python has one type for both.
                    small = [f.name for f in frame.schema.fields if f.dataType.simpleString() in ('int', 'float')]
                    if small: raise TypeError('not of 64 bits: %s' % small)
                    for row in frame.collect():
                        out.write('\\t'.join([str(n)] + [enc(v) for v in row]) + '\\n')
                except Exception as error:
                    out.write('%d\\tERROR\\t%s\\n' % (n, ' '.join(str(error).split())[:300]))
        spark.stop()
        """
}
