package dev.beamstack.flink.functions;

import java.time.Instant;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.functions.ScalarFunction;

/** Moments as microseconds since 1970-01-01T00:00:00Z: event time is carried so. */
public final class Times {
    private Times() {}

    public static final class TimeMicroseconds extends ScalarFunction {
        public Long eval(@DataTypeHint("TIMESTAMP_LTZ(6)") Instant moment) {
            if (moment == null) {
                return null;
            }
            return Math.addExact(Math.multiplyExact(moment.getEpochSecond(), 1_000_000L), moment.getNano() / 1000);
        }
    }

    /** Unlike Flink's own function it knows the years before 1, which Beam's first moment lies in. */
    public static final class TimeOfMicroseconds extends ScalarFunction {
        @DataTypeHint("TIMESTAMP_LTZ(6)")
        public Instant eval(Long microseconds) {
            if (microseconds == null) {
                return null;
            }
            long seconds = Math.floorDiv(microseconds, 1_000_000L);
            return Instant.ofEpochSecond(seconds, Math.floorMod(microseconds, 1_000_000L) * 1000);
        }
    }
}
