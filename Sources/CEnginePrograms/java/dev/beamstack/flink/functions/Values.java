package dev.beamstack.flink.functions;

import java.lang.reflect.Array;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.types.CollectionDataType;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.KeyValueDataType;
import org.apache.flink.table.types.inference.ArgumentTypeStrategy;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategy;

/** Functions of values of any type. */
public final class Values {
    private Values() {}

    /** The value, which must not be null. */
    public static final class NotNone extends ScalarFunction {
        public Object eval(Object value, String error) {
            if (value == null) {
                throw new PythonException(error);
            }
            return value;
        }

        @Override
        public TypeInference getTypeInference(DataTypeFactory factory) {
            return inference(
                    context -> Optional.of(context.getArgumentDataTypes().get(0).notNull()),
                    InputTypeStrategies.ANY,
                    InputTypeStrategies.explicit(DataTypes.STRING()));
        }
    }

    /** {@code list[index]}. */
    public static final class ListItem extends ScalarFunction {
        public Object eval(Object[] list, Long index) {
            long place = index < 0 ? index + list.length : index;
            if (place < 0 || place >= list.length) {
                throw PythonException.index("list index out of range");
            }
            return list[(int) place];
        }

        @Override
        public TypeInference getTypeInference(DataTypeFactory factory) {
            return inference(
                    context -> {
                        DataType list = context.getArgumentDataTypes().get(0);
                        return list instanceof CollectionDataType
                                ? Optional.of(((CollectionDataType) list).getElementDataType())
                                : Optional.empty();
                    },
                    InputTypeStrategies.ANY,
                    InputTypeStrategies.explicit(DataTypes.BIGINT()));
        }
    }

    /** {@code map[key]}. */
    public static final class MapItem extends ScalarFunction {
        public Object eval(Map<?, ?> map, Object key) {
            Object value = map.get(key);
            if (value == null && !map.containsKey(key)) {
                throw new PythonException("KeyError", key instanceof String ? "'" + key + "'" : "" + key);
            }
            return value;
        }

        @Override
        public TypeInference getTypeInference(DataTypeFactory factory) {
            return inference(
                    context -> {
                        DataType map = context.getArgumentDataTypes().get(0);
                        return map instanceof KeyValueDataType
                                ? Optional.of(((KeyValueDataType) map).getValueDataType())
                                : Optional.empty();
                    },
                    InputTypeStrategies.ANY,
                    InputTypeStrategies.ANY);
        }
    }

    /** The lists in a list, one behind the other. */
    public static final class ListFlatten extends ScalarFunction {
        public Object eval(Object[] lists) {
            int count = 0;
            for (Object list : lists) {
                count += Array.getLength(list);
            }
            Class<?> element = lists.getClass().getComponentType().getComponentType();
            Object all = Array.newInstance(element == null ? Object.class : element, count);
            int start = 0;
            for (Object list : lists) {
                int length = Array.getLength(list);
                System.arraycopy(list, 0, all, start, length);
                start += length;
            }
            return all;
        }

        @Override
        public TypeInference getTypeInference(DataTypeFactory factory) {
            return inference(
                    context -> {
                        DataType lists = context.getArgumentDataTypes().get(0);
                        return lists instanceof CollectionDataType
                                ? Optional.of(((CollectionDataType) lists).getElementDataType())
                                : Optional.empty();
                    },
                    InputTypeStrategies.ANY);
        }
    }

    private static TypeInference inference(TypeStrategy output, ArgumentTypeStrategy... arguments) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(InputTypeStrategies.sequence(arguments))
                .outputTypeStrategy(output)
                .build();
    }
}
