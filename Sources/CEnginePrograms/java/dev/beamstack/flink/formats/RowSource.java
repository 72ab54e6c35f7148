package dev.beamstack.flink.formats;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import org.apache.flink.table.data.RowData;

/** The rows of one file. */
interface RowSource extends Closeable {
    /** The next row; null behind the last. */
    RowData next() throws IOException;

    /** Begins to read a file. */
    interface Opener extends Serializable {
        /** @param path as messages name the file. */
        RowSource open(InputStream stream, String path) throws IOException;
    }
}
