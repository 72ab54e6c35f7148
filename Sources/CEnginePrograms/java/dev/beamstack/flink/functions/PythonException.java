package dev.beamstack.flink.functions;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/** What Python raises: the row fails, and with it the job. Trying again would not help. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class PythonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PythonException(String type, String message) {
        super(type + ": " + message);
    }

    /** @param text the type and the message, as in {@code TypeError: no} */
    PythonException(String text) {
        super(text);
    }

    static PythonException type(String message) {
        return new PythonException("TypeError", message);
    }

    static PythonException value(String message) {
        return new PythonException("ValueError", message);
    }

    static PythonException index(String message) {
        return new PythonException("IndexError", message);
    }

    static PythonException zeroDivision(String message) {
        return new PythonException("ZeroDivisionError", message);
    }

    /** Python's integers have no limit; a column's have 64 bits. */
    static PythonException tooLarge() {
        return new PythonException("OverflowError", "the result has more than 64 bits");
    }
}
