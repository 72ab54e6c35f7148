package dev.beamstack.flink.functions;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.apache.flink.table.functions.ScalarFunction;

/** Python's operators and functions of floats. */
public final class Floats {
    private Floats() {}

    private static final double INTEGER_LIMIT = 0x1p63;

    public static final class FloatDivide extends ScalarFunction {
        public double eval(Double a, Double b) {
            if (b == 0) {
                throw PythonException.zeroDivision("float division by zero");
            }
            return a / b;
        }
    }

    /** Source: CPython's {@code float_floor_div}. */
    public static final class FloatFloorDivide extends ScalarFunction {
        public double eval(Double a, Double b) {
            if (b == 0) {
                throw PythonException.zeroDivision("float floor division by zero");
            }
            double rest = a % b;
            double quotient = (a - rest) / b;
            if (rest != 0 && b < 0 != rest < 0) {
                quotient -= 1;
            }
            if (quotient == 0) {
                return Math.copySign(0.0, a / b);
            }
            double floor = Math.floor(quotient);
            return quotient - floor > 0.5 ? floor + 1 : floor;
        }
    }

    public static final class FloatModulo extends ScalarFunction {
        public double eval(Double a, Double b) {
            if (b == 0) {
                throw PythonException.zeroDivision("float modulo");
            }
            double rest = a % b;
            if (rest == 0) {
                return Math.copySign(0.0, b);
            }
            return b < 0 != rest < 0 ? rest + b : rest;
        }
    }

    // Comparisons are functions since the planner takes NOT (x > 1) for x <= 1, which does not hold for NaN.

    public static final class FloatLess extends ScalarFunction {
        public boolean eval(Double a, Double b) {
            return (double) a < (double) b;
        }
    }

    public static final class FloatAtMost extends ScalarFunction {
        public boolean eval(Double a, Double b) {
            return (double) a <= (double) b;
        }
    }

    /** {@code a == b}, also of null. */
    public static final class FloatEqual extends ScalarFunction {
        public boolean eval(Double a, Double b) {
            return a == null || b == null ? a == b : (double) a == (double) b;
        }
    }

    /** -1, 0 or 1 for less, equal or greater; 2 where there is no order. Null equals null alone. */
    public static final class IntFloatOrder extends ScalarFunction {
        public int eval(Long a, Double b) {
            if (a == null || b == null) {
                return a == null && b == null ? 0 : 2;
            }
            if (b.isNaN()) {
                return 2;
            }
            if (b >= INTEGER_LIMIT) {
                return -1;
            }
            if (b < -INTEGER_LIMIT) {
                return 1;
            }
            long whole = (long) Math.floor(b);
            return a != whole ? Long.compare(a, whole) : b > Math.floor(b) ? -1 : 0;
        }
    }

    /** {@code int(x)}. */
    public static final class IntFromFloat extends ScalarFunction {
        public long eval(Double x) {
            return integer(x < 0 ? Math.ceil(x) : Math.floor(x));
        }
    }

    /** {@code round(x)}. */
    public static final class FloatRoundToInt extends ScalarFunction {
        public long eval(Double x) {
            return integer(Math.rint(x));
        }
    }

    public static final class FloatFloor extends ScalarFunction {
        public long eval(Double x) {
            return integer(Math.floor(x));
        }
    }

    public static final class FloatCeiling extends ScalarFunction {
        public long eval(Double x) {
            return integer(Math.ceil(x));
        }
    }

    private static long integer(double x) {
        if (Double.isNaN(x)) {
            throw PythonException.value("cannot convert float NaN to integer");
        }
        if (Double.isInfinite(x)) {
            throw new PythonException("OverflowError", "cannot convert float infinity to integer");
        }
        if (x >= INTEGER_LIMIT || x < -INTEGER_LIMIT) {
            throw PythonException.tooLarge();
        }
        return (long) x;
    }

    public static final class FloatSqrt extends ScalarFunction {
        public double eval(Double x) {
            if (x < 0) {
                throw PythonException.value("math domain error");
            }
            return Math.sqrt(x);
        }
    }

    /** {@code round(x, digits)} for digits that are not negative: the float itself is rounded, not its text. */
    public static final class FloatRound extends ScalarFunction {
        public double eval(Double x, Long digits) {
            if (x.isNaN() || x.isInfinite()) {
                return x;
            }
            double rounded = new BigDecimal(x).setScale(digits.intValue(), RoundingMode.HALF_EVEN).doubleValue();
            return rounded == 0 ? Math.copySign(0.0, x) : rounded;
        }
    }

    /** {@code f"{x:.2f}"}. */
    public static final class FloatFixed extends ScalarFunction {
        public String eval(Double x, Long digits) {
            if (x.isNaN()) {
                return "nan";
            }
            String sign = x < 0 || x == 0 && 1 / x < 0 ? "-" : "";
            if (x.isInfinite()) {
                return sign + "inf";
            }
            return sign + new BigDecimal(Math.abs(x)).setScale(digits.intValue(), RoundingMode.HALF_EVEN).toPlainString();
        }
    }

    /** {@code float(text)}. */
    public static final class FloatParse extends ScalarFunction {
        public double eval(String text) {
            String number = Numerals.normalized(text);
            if (Numerals.isFloat(number)) {
                return Double.parseDouble(number.replace("_", ""));
            }
            boolean isNegative = number.startsWith("-");
            String name = isNegative || number.startsWith("+") ? number.substring(1) : number;
            switch (asciiLower(name)) {
                case "inf":
                case "infinity":
                    return isNegative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
                case "nan":
                    return Double.NaN;
                default:
                    throw PythonException.value("could not convert string to float: '" + text + "'");
            }
        }

        private static String asciiLower(String text) {
            StringBuilder result = new StringBuilder(text);
            for (int at = 0; at < text.length(); at++) {
                char character = text.charAt(at);
                if (character >= 'A' && character <= 'Z') {
                    result.setCharAt(at, (char) (character + 32));
                }
            }
            return result.toString();
        }
    }

    /** {@code repr(x)}: the shortest digits that read as the same float. */
    public static final class FloatText extends ScalarFunction {
        public String eval(Double value) {
            if (value == null) {
                return null;
            }
            double x = value;
            if (Double.isNaN(x)) {
                return "nan";
            }
            String sign = x < 0 || x == 0 && 1 / x < 0 ? "-" : "";
            if (Double.isInfinite(x)) {
                return sign + "inf";
            }
            if (x == 0) {
                return sign + "0.0";
            }
            double magnitude = Math.abs(x);
            if (magnitude < 1e15 && magnitude == Math.rint(magnitude)) {
                return sign + (long) magnitude + ".0";
            }
            BigDecimal shortest = shortest(magnitude);
            String digits = shortest.unscaledValue().toString();
            int point = digits.length() - shortest.scale();
            return sign + text(digits, point);
        }

        private static BigDecimal shortest(double x) {
            BigDecimal exact = new BigDecimal(x);
            // Fifteen digits always come back from a normal double; below those fewer do.
            for (int digits = x < 1e-290 ? 1 : 15; digits < 17; digits++) {
                BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
                if (rounded.doubleValue() == x) {
                    return rounded.stripTrailingZeros();
                }
            }
            return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        }

        /** Python's choice between {@code 123.0} and {@code 1e+23}; the point stands behind so many digits. */
        private static String text(String digits, int point) {
            if (point > 16 || point < -3) {
                int exponent = point - 1;
                String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
                String size = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
                return digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + size;
            }
            if (point <= 0) {
                return "0." + "0".repeat(-point) + digits;
            }
            if (point >= digits.length()) {
                return digits + "0".repeat(point - digits.length()) + ".0";
            }
            return digits.substring(0, point) + "." + digits.substring(point);
        }
    }
}
