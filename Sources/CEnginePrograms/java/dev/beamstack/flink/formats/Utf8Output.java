package dev.beamstack.flink.formats;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text on its way into a file, as UTF-8. */
final class Utf8Output {
    private static final int FLUSH_SIZE = 1 << 16;

    private final OutputStream stream;
    private byte[] bytes = new byte[FLUSH_SIZE + 1024];
    private int count;

    /** @param stream where {@link #flush} writes to; null for text that is only collected. */
    Utf8Output(OutputStream stream) {
        this.stream = stream;
    }

    void put(char ascii) {
        reserve(1);
        bytes[count++] = (byte) ascii;
    }

    void put(String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    void put(byte[] more) {
        put(more, 0, more.length);
    }

    void put(byte[] more, int start, int length) {
        reserve(length);
        System.arraycopy(more, start, bytes, count, length);
        count += length;
    }

    void put(long number) {
        if (number == Long.MIN_VALUE) {
            put(Long.toString(number));
            return;
        }
        reserve(20);
        if (number < 0) {
            bytes[count++] = '-';
            number = -number;
        }
        int length = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            length++;
        }
        for (int place = count + length - 1; place >= count; place--) {
            bytes[place] = (byte) ('0' + number % 10);
            number /= 10;
        }
        count += length;
    }

    /** A number that is not negative, with zeros in front. */
    void putPadded(long number, int width) {
        String digits = Long.toString(number);
        for (int place = digits.length(); place < width; place++) {
            put('0');
        }
        put(digits);
    }

    int count() {
        return count;
    }

    byte[] collected() {
        return Arrays.copyOf(bytes, count);
    }

    void clear() {
        count = 0;
    }

    void flushIfLarge() throws IOException {
        if (count >= FLUSH_SIZE) {
            flush();
        }
    }

    void flush() throws IOException {
        stream.write(bytes, 0, count);
        count = 0;
    }

    private void reserve(int more) {
        if (count + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(count + more, 2 * bytes.length));
        }
    }
}
