package dev.beamstack.flink.formats;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a file as bytes, without the newline. */
final class Lines implements Closeable {
    private final InputStream stream;
    private byte[] bytes = new byte[1 << 16];
    private int end;
    private int nextStart;
    /** The current line. */
    private int start;
    private int length;
    private long number;

    Lines(InputStream stream) {
        this.stream = stream;
    }

    /** Goes to the next line; false behind the last. */
    boolean advance() throws IOException {
        int search = nextStart;
        while (true) {
            for (int at = search; at < end; at++) {
                if (bytes[at] == '\n') {
                    return take(at);
                }
            }
            search = end - nextStart;
            if (nextStart > 0) {
                System.arraycopy(bytes, nextStart, bytes, 0, end - nextStart);
                end -= nextStart;
                nextStart = 0;
            } else if (end == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * bytes.length);
            }
            int count = stream.read(bytes, end, bytes.length - end);
            if (count < 0) {
                return end > 0 && take(end);
            }
            end += count;
        }
    }

    private boolean take(int lineEnd) {
        start = nextStart;
        length = lineEnd - start;
        nextStart = Math.min(lineEnd + 1, end);
        number++;
        return true;
    }

    byte[] bytes() {
        return bytes;
    }

    int start() {
        return start;
    }

    int length() {
        return length;
    }

    /** Counted from 1. */
    long number() {
        return number;
    }

    void skipByteOrderMark() {
        if (number == 1 && length >= 3 && bytes[start] == (byte) 0xef && bytes[start + 1] == (byte) 0xbb
                && bytes[start + 2] == (byte) 0xbf) {
            start += 3;
            length -= 3;
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
