package dev.beamstack.flink.functions;

import java.math.BigDecimal;
import java.math.MathContext;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.functions.ScalarFunction;

/**
 * Python's operators of integers.
 *
 * <p>Parameters are boxed since a column's type may have null where its values have not.
 */
public final class Integers {
    private Integers() {}

    public static final class IntAdd extends ScalarFunction {
        public long eval(Long a, Long b) {
            try {
                return Math.addExact(a, b);
            } catch (ArithmeticException error) {
                throw PythonException.tooLarge();
            }
        }
    }

    public static final class IntSubtract extends ScalarFunction {
        public long eval(Long a, Long b) {
            try {
                return Math.subtractExact(a, b);
            } catch (ArithmeticException error) {
                throw PythonException.tooLarge();
            }
        }
    }

    public static final class IntMultiply extends ScalarFunction {
        public long eval(Long a, Long b) {
            try {
                return Math.multiplyExact(a, b);
            } catch (ArithmeticException error) {
                throw PythonException.tooLarge();
            }
        }
    }

    /** {@code a / b}, rounded once. */
    public static final class IntDivide extends ScalarFunction {
        private static final long EXACT = 1L << 53;
        // A tie between two doubles has at most 61 digits; what is none is told from one by 36.
        private static final MathContext DIGITS = new MathContext(120);

        public double eval(Long a, Long b) {
            if (b == 0) {
                throw PythonException.zeroDivision("division by zero");
            }
            if (a >= -EXACT && a <= EXACT && b >= -EXACT && b <= EXACT) {
                return (double) a / (double) b;
            }
            if (a == 0) {
                return b < 0 ? -0.0 : 0.0;
            }
            return new BigDecimal(a).divide(new BigDecimal(b), DIGITS).doubleValue();
        }
    }

    public static final class IntFloorDivide extends ScalarFunction {
        public long eval(Long a, Long b) {
            if (b == 0) {
                throw PythonException.zeroDivision("integer division or modulo by zero");
            }
            if (a == Long.MIN_VALUE && b == -1) {
                throw PythonException.tooLarge();
            }
            return Math.floorDiv((long) a, (long) b);
        }
    }

    public static final class IntModulo extends ScalarFunction {
        public long eval(Long a, Long b) {
            if (b == 0) {
                throw PythonException.zeroDivision("integer modulo by zero");
            }
            return Math.floorMod((long) a, (long) b);
        }
    }

    /** {@code base ** exponent} for an exponent that is not negative. */
    public static final class IntPower extends ScalarFunction {
        public long eval(Long base, Long exponent) {
            if (base == 0 || base == 1) {
                return exponent == 0 ? 1 : base;
            }
            if (base == -1) {
                return exponent % 2 == 0 ? 1 : -1;
            }
            if (exponent < 0) {
                throw PythonException.value("the exponent is negative");
            }
            if (exponent >= 64) {
                throw PythonException.tooLarge();
            }
            long result = 1;
            try {
                for (long n = 0; n < exponent; n++) {
                    result = Math.multiplyExact(result, base);
                }
            } catch (ArithmeticException error) {
                throw PythonException.tooLarge();
            }
            return result;
        }
    }

    public static final class IntNegate extends ScalarFunction {
        public long eval(Long a) {
            if (a == Long.MIN_VALUE) {
                throw PythonException.tooLarge();
            }
            return -a;
        }
    }

    public static final class IntAbs extends ScalarFunction {
        public long eval(Long a) {
            if (a == Long.MIN_VALUE) {
                throw PythonException.tooLarge();
            }
            return Math.abs(a);
        }
    }

    public static final class IntShiftLeft extends ScalarFunction {
        public long eval(Long a, Long count) {
            if (count < 0) {
                throw PythonException.value("negative shift count");
            }
            if (a == 0) {
                return 0;
            }
            if (count >= 64 || a << count >> count != a) {
                throw PythonException.tooLarge();
            }
            return a << count;
        }
    }

    public static final class IntShiftRight extends ScalarFunction {
        public long eval(Long a, Long count) {
            if (count < 0) {
                throw PythonException.value("negative shift count");
            }
            return a >> Math.min(count, 63);
        }
    }

    public static final class IntAnd extends ScalarFunction {
        public long eval(Long a, Long b) {
            return a & b;
        }
    }

    public static final class IntOr extends ScalarFunction {
        public long eval(Long a, Long b) {
            return a | b;
        }
    }

    public static final class IntXor extends ScalarFunction {
        public long eval(Long a, Long b) {
            return a ^ b;
        }
    }

    /** {@code int(text)}. */
    public static final class IntParse extends ScalarFunction {
        public long eval(String text) {
            String digits = Numerals.normalized(text);
            if (!Numerals.isInteger(digits)) {
                throw PythonException.value("invalid literal for int() with base 10: '" + text + "'");
            }
            try {
                return Long.parseLong(digits.replace("_", ""));
            } catch (NumberFormatException error) {
                throw PythonException.tooLarge();
            }
        }
    }

    /** A sum, which has to fit into a column again. */
    public static final class IntFromDecimal extends ScalarFunction {
        public Long eval(@DataTypeHint("DECIMAL(38, 0)") BigDecimal sum) {
            if (sum == null) {
                return null;
            }
            try {
                return sum.longValueExact();
            } catch (ArithmeticException error) {
                throw PythonException.tooLarge();
            }
        }
    }
}
