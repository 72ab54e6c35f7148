package dev.beamstack.flink.formats;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.RowType;

/**
 * {@code 'format' = 'beam-rows'}: rows that go back to our own process, which knows their schema, without any loss.
 *
 * <p>A JSON object a line with all fields; {@code RowDecoder.swift} reads it. Times are integers, microseconds since 1970,
 * and days the number of days since then; bytes are base64; decimals are text; NaN and infinities are {@code "NaN"}, {@code
 * "Infinity"} and {@code "-Infinity"}; rows are objects and maps lists of pairs, since a key may be of any type.
 */
public final class ReturnedRowsFormatFactory extends FormatFactory {
    @Override
    public String factoryIdentifier() {
        return "beam-rows";
    }

    @Override
    RowSource.Opener opener(RowType type, ReadableConfig options) {
        throw new ValidationException("'beam-rows' is only written");
    }

    @Override
    RowText text(RowType type, ReadableConfig options) {
        return new JsonRowText(type, JsonText.Style.RETURNED);
    }
}
