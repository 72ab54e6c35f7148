package dev.beamstack.flink.formats;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.IteratorResultIterator;
import org.apache.flink.core.fs.Path;
import org.apache.flink.table.data.RowData;

/**
 * Reads whole files row by row; gzip is told by its first bytes, as the embedded engine does.
 *
 * <p>Flink's own adapters give no reader the name of its file, which every message needs.
 */
final class RowFileFormat implements BulkFormat<RowData, FileSourceSplit> {
    private static final long serialVersionUID = 1L;
    private static final int BATCH_SIZE = 512;

    private final RowSource.Opener opener;
    private final TypeInformation<RowData> type;
    private final Compression compression;

    RowFileFormat(RowSource.Opener opener, TypeInformation<RowData> type, Compression compression) {
        this.opener = opener;
        this.type = type;
        this.compression = compression;
    }

    @Override
    public Reader createReader(Configuration configuration, FileSourceSplit split) throws IOException {
        return restoreReader(configuration, split);
    }

    @Override
    public Reader restoreReader(Configuration configuration, FileSourceSplit split) throws IOException {
        Path path = split.path();
        String name = "file".equals(path.toUri().getScheme()) ? path.getPath() : path.toString();
        InputStream stream = path.getFileSystem().open(path);
        try {
            long done =
                    split.getReaderPosition().map(CheckpointedPosition::getRecordsAfterOffset).orElse(0L);
            Reader reader = new Reader(opener.open(bytes(stream, name), name), name, done);
            for (long row = 0; row < done; row++) {
                reader.next();
            }
            return reader;
        } catch (IOException | RuntimeException error) {
            stream.close();
            throw error;
        }
    }

    private InputStream bytes(InputStream stored, String name) throws IOException {
        BufferedInputStream stream = new BufferedInputStream(stored, 1 << 16);
        stream.mark(4);
        byte[] magic = stream.readNBytes(4);
        stream.reset();
        boolean isGzip = magic.length > 1 && magic[0] == (byte) 0x1f && magic[1] == (byte) 0x8b;
        if (compression == Compression.NONE || compression == Compression.AUTO && !isGzip) {
            boolean isZstandard =
                    magic.length == 4 && magic[0] == (byte) 0x28 && magic[1] == (byte) 0xb5
                            && magic[2] == (byte) 0x2f && magic[3] == (byte) 0xfd;
            if (isZstandard && compression == Compression.AUTO) {
                throw new InputException(name, "the file is compressed with Zstandard, which is not read on Flink");
            }
            return stream;
        }
        if (magic.length == 0) {
            return stream;
        }
        try {
            return new GZIPInputStream(stream, 1 << 16);
        } catch (IOException error) {
            throw new InputException(name, "cannot decompress it: " + error.getMessage());
        }
    }

    /** Files have quotes and headers: what begins in the middle cannot know where it is. */
    @Override
    public boolean isSplittable() {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return type;
    }

    /** Gives rows in batches, which are what passes between Flink's threads. */
    static final class Reader implements BulkFormat.Reader<RowData> {
        private final RowSource rows;
        private final String name;
        private long done;

        private Reader(RowSource rows, String name, long done) {
            this.rows = rows;
            this.name = name;
            this.done = done;
        }

        @Override
        public RecordIterator<RowData> readBatch() throws IOException {
            List<RowData> batch = new ArrayList<>(BATCH_SIZE);
            RowData row = null;
            while (batch.size() < BATCH_SIZE && (row = next()) != null) {
                batch.add(row);
            }
            if (batch.isEmpty()) {
                return null;
            }
            long before = done;
            done += batch.size();
            return new IteratorResultIterator<>(batch.iterator(), CheckpointedPosition.NO_OFFSET, before);
        }

        private RowData next() throws IOException {
            try {
                return rows.next();
            } catch (InputException error) {
                throw error;
            } catch (IOException error) {
                throw InputException.unreadable(name, error);
            }
        }

        @Override
        public void close() throws IOException {
            rows.close();
        }
    }
}
