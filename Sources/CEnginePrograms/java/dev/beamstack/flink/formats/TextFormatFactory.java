package dev.beamstack.flink.formats;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;

/** {@code 'format' = 'beam-text'}: a row a line, of one column. */
public final class TextFormatFactory extends FormatFactory {
    @Override
    public String factoryIdentifier() {
        return "beam-text";
    }

    @Override
    RowSource.Opener opener(RowType type, ReadableConfig options) {
        if (type.getFieldCount() > 1 || !type.getChildren().stream().allMatch(each -> each.is(LogicalTypeRoot.VARCHAR))) {
            throw new ValidationException("a text file is read as one column of type STRING");
        }
        boolean isNeeded = type.getFieldCount() == 1;
        return (stream, path) -> new LineSource(stream, path, isNeeded);
    }

    @Override
    RowText text(RowType type, ReadableConfig options) {
        return new LineRowText(type);
    }
}
