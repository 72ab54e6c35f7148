package dev.beamstack.flink.formats;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.table.data.RowData;

/** Turns rows into the text of one format. */
interface RowText extends Serializable {
    /** What each file begins with. */
    default void begin(Utf8Output out) {}

    void put(RowData row, Utf8Output out);

    /** Writers of files in this format. */
    static BulkWriter.Factory<RowData> writers(RowText format, boolean isGzip) {
        return stream -> new Writer(format, stream, isGzip);
    }

    final class Writer implements BulkWriter<RowData> {
        private final RowText format;
        private final GZIPOutputStream gzip;
        private final Utf8Output out;

        Writer(RowText format, FSDataOutputStream stream, boolean isGzip) throws IOException {
            this.format = format;
            gzip = isGzip ? new GZIPOutputStream(stream, 1 << 16) : null;
            OutputStream target = isGzip ? gzip : stream;
            out = new Utf8Output(target);
            format.begin(out);
        }

        @Override
        public void addElement(RowData row) throws IOException {
            format.put(row, out);
            out.flushIfLarge();
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void finish() throws IOException {
            out.flush();
            if (gzip != null) {
                // The stream itself belongs to the sink.
                gzip.finish();
            }
        }
    }
}
