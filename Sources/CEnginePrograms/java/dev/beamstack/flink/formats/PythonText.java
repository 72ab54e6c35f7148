package dev.beamstack.flink.formats;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Numbers and times as text, in the forms that Beam's writers and Python give them. */
final class PythonText {
    private PythonText() {}

    /** {@code repr(x)}: the shortest digits that read as the same float; {@code nan} and {@code inf}. */
    static void put(double x, Utf8Output out) {
        if (Double.isNaN(x)) {
            out.put("nan");
            return;
        }
        if (x < 0 || x == 0 && 1 / x < 0) {
            out.put('-');
        }
        double magnitude = Math.abs(x);
        if (Double.isInfinite(magnitude)) {
            out.put("inf");
        } else if (!putQuickly(magnitude, out)) {
            BigDecimal shortest = shortest(magnitude);
            String digits = shortest.unscaledValue().toString();
            put(digits, digits.length() - shortest.scale(), out);
        }
    }

    /**
     * A decimal of at most 15 digits that reads back as the number is its shortest form: the first number of places whose
     * rounding divides back exactly gives the digits without a search.
     */
    private static boolean putQuickly(double magnitude, Utf8Output out) {
        if (!(magnitude < 1e15) || magnitude < 1e-4 && magnitude != 0) {
            return false;
        }
        long whole = (long) magnitude;
        long power = 1;
        int places = 0;
        while ((double) whole / power != magnitude) {
            power *= 10;
            double scaled = magnitude * power;
            if (++places > 8 || scaled >= 1e15) {
                return false;
            }
            whole = (long) (scaled + 0.5);
        }
        out.put(whole / power);
        out.put('.');
        out.putPadded(whole % power, Math.max(1, places));
        return true;
    }

    private static BigDecimal shortest(double x) {
        BigDecimal exact = new BigDecimal(x);
        // Fifteen digits always come back from a normal double; below those fewer do.
        for (int digits = x < 1e-290 ? 1 : 15; digits < 17; digits++) {
            // Below a power of two doubles are twice as dense as above: the nearest decimal may be another double's while
            // the next one up is still this one's.
            for (RoundingMode mode : new RoundingMode[] {RoundingMode.HALF_EVEN, RoundingMode.CEILING}) {
                BigDecimal rounded = exact.round(new MathContext(digits, mode));
                if (rounded.doubleValue() == x) {
                    return rounded.stripTrailingZeros();
                }
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    }

    /** Python's choice between {@code 123.0} and {@code 1e+23}; the point stands behind so many digits. */
    private static void put(String digits, int point, Utf8Output out) {
        if (point > 16 || point < -3) {
            out.put(digits.charAt(0));
            if (digits.length() > 1) {
                out.put('.');
                out.put(digits.substring(1));
            }
            out.put(point > 0 ? "e+" : "e-");
            out.putPadded(Math.abs(point - 1), 2);
        } else if (point <= 0) {
            out.put("0." + "0".repeat(-point) + digits);
        } else if (point >= digits.length()) {
            out.put(digits + "0".repeat(point - digits.length()) + ".0");
        } else {
            out.put(digits.substring(0, point) + "." + digits.substring(point));
        }
    }

    /** {@code 1970-01-01} */
    static void putDay(long days, Utf8Output out) {
        LocalDate day = LocalDate.ofEpochDay(days);
        if (day.getYear() < 0) {
            out.put('-');
        }
        out.putPadded(Math.abs(day.getYear()), 4);
        out.put('-');
        out.putPadded(day.getMonthValue(), 2);
        out.put('-');
        out.putPadded(day.getDayOfMonth(), 2);
    }

    /** {@code 1970-01-01T00:00:00}, with {@code .000001} only where there is a fraction. */
    static void putMoment(long microseconds, Utf8Output out) {
        int fraction = (int) Math.floorMod(microseconds, 1_000_000L);
        LocalDateTime moment =
                LocalDateTime.ofEpochSecond(Math.floorDiv(microseconds, 1_000_000L), 0, ZoneOffset.UTC);
        putDay(moment.toLocalDate().toEpochDay(), out);
        out.put('T');
        out.putPadded(moment.getHour(), 2);
        out.put(':');
        out.putPadded(moment.getMinute(), 2);
        out.put(':');
        out.putPadded(moment.getSecond(), 2);
        if (fraction != 0) {
            out.put('.');
            out.putPadded(fraction, 6);
        }
    }
}
