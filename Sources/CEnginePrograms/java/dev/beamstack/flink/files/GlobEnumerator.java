package dev.beamstack.flink.files;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;

/** Finds the files of a read when the job starts, each of which is read by one task. */
final class GlobEnumerator implements FileEnumerator {
    private final List<String> patterns;

    GlobEnumerator(List<String> patterns) {
        this.patterns = patterns;
    }

    @Override
    public Collection<FileSourceSplit> enumerateSplits(Path[] paths, int desiredSplits) throws IOException {
        // Files that several patterns match are read once.
        Map<String, FileStatus> files = new LinkedHashMap<>();
        for (String pattern : patterns) {
            List<FileStatus> found = Glob.files(pattern);
            if (found.isEmpty()) {
                throw new FileNotFoundException("beamstack: no file matches '" + pattern + "'");
            }
            found.forEach(file -> files.put(file.getPath().toString(), file));
        }
        List<FileSourceSplit> splits = new ArrayList<>();
        for (FileStatus file : files.values()) {
            splits.add(
                    new FileSourceSplit(
                            Integer.toString(splits.size()),
                            file.getPath(),
                            0,
                            file.getLen(),
                            file.getModificationTime(),
                            file.getLen()));
        }
        return splits;
    }
}
