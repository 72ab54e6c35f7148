package dev.beamstack.flink.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Shell patterns, as the embedded engine has them: {@code *}, {@code ?}, {@code [a-z]}, {@code [!a]} within a name, {@code
 * **} across directories, {@code {a,b}} for alternatives. A name that starts with a point matches only a pattern that does.
 */
final class Glob {
    private static final int MAXIMUM_DEPTH = 64;
    private static final int MAXIMUM_ALTERNATIVES = 1024;

    private final TreeMap<String, FileStatus> found = new TreeMap<>();

    private Glob() {}

    /** The files that a pattern matches, sorted by path; directories are left out. */
    static List<FileStatus> files(String pattern) throws IOException {
        Glob glob = new Glob();
        Path whole = new Path(pattern);
        FileSystem system = whole.getFileSystem();
        // A file whose name has brackets or braces in it is itself.
        FileStatus named = status(system, whole);
        if (named != null && !named.isDir()) {
            return List.of(named);
        }
        int root = pattern.indexOf("://");
        int start = pattern.indexOf('/', root < 0 ? 0 : root + 3) + 1;
        for (String alternative : alternatives(pattern.substring(start))) {
            List<String> names = new ArrayList<>();
            for (String name : alternative.split("/")) {
                if (!name.isEmpty()) {
                    names.add(name);
                }
            }
            glob.walk(system, new Path(pattern.substring(0, start)), names, 0);
        }
        return new ArrayList<>(glob.found.values());
    }

    private static FileStatus status(FileSystem system, Path path) throws IOException {
        try {
            return system.getFileStatus(path);
        } catch (FileNotFoundException error) {
            return null;
        }
    }

    private void walk(FileSystem system, Path folder, List<String> names, int depth) throws IOException {
        if (names.isEmpty() || depth > MAXIMUM_DEPTH) {
            return;
        }
        String name = names.get(0);
        List<String> rest = names.subList(1, names.size());
        if (name.equals("**")) {
            walk(system, folder, rest.isEmpty() ? List.of("*") : rest, depth + 1);
            for (FileStatus each : list(system, folder)) {
                if (each.isDir() && !each.getPath().getName().startsWith(".")) {
                    walk(system, each.getPath(), names, depth + 1);
                }
            }
        } else if (isPattern(name)) {
            Pattern regex = regex(name);
            for (FileStatus each : list(system, folder)) {
                String candidate = each.getPath().getName();
                boolean isHidden = candidate.startsWith(".") && !name.startsWith(".");
                if (!isHidden && regex.matcher(candidate).matches()) {
                    descend(system, each, rest, depth);
                }
            }
        } else {
            FileStatus next = status(system, new Path(folder, name));
            if (next != null) {
                descend(system, next, rest, depth);
            }
        }
    }

    private void descend(FileSystem system, FileStatus next, List<String> rest, int depth) throws IOException {
        if (!rest.isEmpty() && next.isDir()) {
            walk(system, next.getPath(), rest, depth + 1);
        } else if (rest.isEmpty() && !next.isDir()) {
            found.put(next.getPath().toString(), next);
        }
    }

    private static FileStatus[] list(FileSystem system, Path folder) throws IOException {
        FileStatus[] files;
        try {
            files = system.listStatus(folder);
        } catch (FileNotFoundException error) {
            files = null;
        }
        return files == null ? new FileStatus[0] : files;
    }

    private static boolean isPattern(String name) {
        return name.indexOf('*') >= 0 || name.indexOf('?') >= 0 || name.indexOf('[') >= 0;
    }

    private static Pattern regex(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int at = 0; at < pattern.length(); at++) {
            char letter = pattern.charAt(at);
            int close = letter == '[' ? setEnd(pattern, at) : -1;
            if (letter == '*') {
                regex.append(".*");
            } else if (letter == '?') {
                regex.append('.');
            } else if (close > 0) {
                boolean isNegated = pattern.charAt(at + 1) == '!' || pattern.charAt(at + 1) == '^';
                String members = pattern.substring(at + (isNegated ? 2 : 1), close);
                regex.append(isNegated ? "[^" : "[").append(members.replaceAll("([\\[\\]\\\\^&])", "\\\\$1")).append(']');
                at = close;
            } else {
                regex.append(Pattern.quote(String.valueOf(letter)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /** The place of the bracket that closes a set; one right at its start belongs to it. */
    private static int setEnd(String pattern, int open) {
        int at = open + 1;
        if (at < pattern.length() && (pattern.charAt(at) == '!' || pattern.charAt(at) == '^')) {
            at++;
        }
        return pattern.indexOf(']', at + 1);
    }

    /** {@code a{b,c}d} as {@code abd} and {@code acd}; braces without a comma stay as they are. */
    private static List<String> alternatives(String pattern) {
        List<String> pending = new ArrayList<>(List.of(pattern));
        List<String> done = new ArrayList<>();
        while (!pending.isEmpty()) {
            String next = pending.remove(pending.size() - 1);
            if (done.size() + pending.size() >= MAXIMUM_ALTERNATIVES || !expand(next, pending)) {
                done.add(next);
            }
        }
        return done;
    }

    private static boolean expand(String pattern, List<String> into) {
        for (int open = pattern.indexOf('{'); open >= 0; open = pattern.indexOf('{', open + 1)) {
            int depth = 0;
            List<Integer> cuts = new ArrayList<>(List.of(open));
            for (int at = open; at < pattern.length(); at++) {
                char letter = pattern.charAt(at);
                depth += letter == '{' ? 1 : letter == '}' ? -1 : 0;
                if (letter == ',' && depth == 1) {
                    cuts.add(at);
                } else if (depth == 0) {
                    cuts.add(at);
                    break;
                }
            }
            if (depth != 0 || cuts.size() < 3) {
                continue;
            }
            int close = cuts.get(cuts.size() - 1);
            for (int part = 1; part < cuts.size(); part++) {
                into.add(
                        pattern.substring(0, open) + pattern.substring(cuts.get(part - 1) + 1, cuts.get(part))
                                + pattern.substring(close + 1));
            }
            return true;
        }
        return false;
    }
}
