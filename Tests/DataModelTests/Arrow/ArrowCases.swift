/// Programs for pyarrow that make arrays of all types.
enum ArrowCases {
    /// Gives three parts a case: a stream, our type, our values as JSON.
    static let program = """
        import datetime, decimal, json

        def answer(data, kind, expected):
            give(data)
            give(kind.encode())
            give(json.dumps(expected, ensure_ascii=False, separators=(',', ':')).encode())

        def case(kind, array, *expected, nullable=True):
            array.validate(full=True)
            schema = pa.schema([pa.field('v', array.type, nullable)])
            answer(stream(schema, [pa.RecordBatch.from_arrays([array], schema=schema)]), kind, expected)

        # Numbers.
        for bits in (8, 16, 32, 64):
            case('int64?', pa.array([1, -2, None], getattr(pa, f'int{bits}')()), 1, -2, None)
            case('int64', pa.array([2 ** (bits - 1) - 1, -(2 ** (bits - 1))], getattr(pa, f'int{bits}')()),
                 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), nullable=False)
        for bits in (8, 16, 32):
            case('int64?', pa.array([1, 2 ** bits - 1, None], getattr(pa, f'uint{bits}')()), 1, 2 ** bits - 1, None)
        case('decimal?', pa.array([1, 2 ** 64 - 1, None], pa.uint64()), 1, 2 ** 64 - 1, None)
        for bits in (16, 32, 64):
            case('double?', pa.array([1.5, None, -0.25, 0.0], getattr(pa, f'float{bits}')()), 1.5, None, -0.25, 0.0)
            case('double?', pa.array([float('inf'), float('-inf'), float('nan')], getattr(pa, f'float{bits}')()),
                 float('inf'), float('-inf'), float('nan'))
        case('double?', pa.array([6.103515625e-05, 5.960464477539063e-08, 65504.0], pa.float16()),
             6.103515625e-05, 5.960464477539063e-08, 65504.0)
        case('boolean?', pa.array([True, None, False]), True, None, False)
        case('boolean?', pa.array([index % 3 == 0 for index in range(77)]), *[index % 3 == 0 for index in range(77)])
        for make in (pa.decimal32, pa.decimal64, pa.decimal128, pa.decimal256):
            numbers = [decimal.Decimal('1.25'), decimal.Decimal('-1.25'), None]
            case('decimal?', pa.array(numbers, make(7, 2)), 1.25, -1.25, None)
        case('decimal?', pa.array([decimal.Decimal(10 ** 37), decimal.Decimal(-(10 ** 37))], pa.decimal256(50, 0)),
             10 ** 37, -(10 ** 37))
        case('decimal?', pa.array([decimal.Decimal('1200'), decimal.Decimal('-300')], pa.decimal128(5, -2)), 1200, -300)

        # Text and bytes.
        long = 'a text of more than twelve bytes'
        for kind in (pa.string(), pa.large_string(), pa.string_view()):
            case('string?', pa.array(['ä', None, '', long], kind), 'ä', None, '', long)
            case('string?', pa.array(['x', long, 'ß', None, long + long], kind)[1:4], long, 'ß', None)
        for kind in (pa.binary(), pa.large_binary(), pa.binary_view()):
            case('bytes?', pa.array([b'ab', None, b'', long.encode(), b'\\xff\\x00'], kind),
                 'ab', None, '', long, '/wA=')
        case('bytes?', pa.array([b'abc', None, b'def'], pa.binary(3)), 'abc', None, 'def')
        case('bytes?', pa.array([b'', None], pa.binary(0)), '', None)

        # Times.
        for unit in ('s', 'ms', 'us', 'ns'):
            zoned = pa.array([0, None, -1], pa.timestamp('s', tz='Europe/Rome'))
            case('timestamp?', zoned.cast(pa.timestamp(unit, tz='Europe/Rome')),
                 '1970-01-01T00:00:00Z', None, '1969-12-31T23:59:59Z')
            local = pa.array([86400, None], pa.timestamp('s'))
            case('datetime?', local.cast(pa.timestamp(unit)), '1970-01-02T00:00:00', None)
            case('duration?', pa.array([90, None], pa.duration('s')).cast(pa.duration(unit)), 90, None)
        case('timestamp?', pa.array([-1, 1999], pa.timestamp('ns', tz='UTC')),
             '1969-12-31T23:59:59.999999Z', '1970-01-01T00:00:00.000001Z')
        for kind in (pa.date32(), pa.date64()):
            days = [datetime.date(2026, 2, 28), None, datetime.date(1969, 12, 31)]
            case('date?', pa.array(days, kind), '2026-02-28', None, '1969-12-31')
        for kind in (pa.time32('s'), pa.time32('ms'), pa.time64('us'), pa.time64('ns')):
            case('duration?', pa.array([datetime.time(1, 1, 1), None], kind), 3661, None)

        # Lists, rows, maps.
        for kind in (pa.list_, pa.large_list, pa.list_view, pa.large_list_view):
            case('list<int64?>?', pa.array([[1, None], None, [], [3]], kind(pa.int8())), [1, None], None, [], [3])
            case('list<string?>?', pa.array([['a'], ['b', 'c'], None, ['d']], kind(pa.string()))[1:],
                 ['b', 'c'], None, ['d'])
            case('list<list<boolean?>?>?', pa.array([[[True], []], [[None]]], kind(kind(pa.bool_())))[1:], [[None]])
        shared = pa.ListViewArray.from_arrays(
            pa.array([1, 0, 2], pa.int32()), pa.array([2, 3, 0], pa.int32()), pa.array([7, 8, 9]))
        case('list<int64?>?', shared, [8, 9], [7, 8, 9], [])
        case('list<int64?>?', pa.array([[1, 2], None, [5, 6]], pa.list_(pa.int32(), 2)), [1, 2], None, [5, 6])
        case('list<int64?>?', pa.array([[1, 2], [3, 4], [5, 6]], pa.list_(pa.int32(), 2))[1:], [3, 4], [5, 6])
        case('list<int64?>?', pa.array([[], None], pa.list_(pa.int32(), 0)), [], None)
        row = pa.struct([('a', pa.int64()), pa.field('b', pa.string(), nullable=False)])
        case('row<a: int64?, b: string>?', pa.array([{'a': 1, 'b': 'x'}, None, {'a': None, 'b': ''}], row),
             {'a': 1, 'b': 'x'}, None, {'a': None, 'b': ''})
        case('row<a: int64?, b: string>?', pa.array([{'a': 1, 'b': 'x'}, {'a': 2, 'b': 'y'}], row)[1:],
             {'a': 2, 'b': 'y'})
        case('row<>?', pa.array([{}, None], pa.struct([])), {}, None)
        entries = pa.map_(pa.string(), pa.int64())
        case('map<string, int64?>?', pa.array([[('k', 1), ('l', None)], None, []], entries),
             {'k': 1, 'l': None}, None, {})
        case('map<string, int64?>?', pa.array([[('k', 1)], [('l', 2), ('m', 3)], []], entries)[1:],
             {'l': 2, 'm': 3}, {})
        deep = pa.list_(pa.map_(pa.string(), pa.list_(pa.int8())))
        case('list<map<string, list<int64?>?>?>?', pa.array([[[('k', [1, 2])], None]], deep),
             [{'k': [1, 2]}, None])

        # Nulls, unions, runs.
        case('any', pa.array([None, None], pa.null()), None, None)
        case('list<any>?', pa.array([[None], []], pa.list_(pa.null())), [None], [])
        sparse = pa.UnionArray.from_sparse(
            pa.array([0, 1, 1], pa.int8()), [pa.array([1, 2, 3]), pa.array(['a', 'b', None])])
        case('any', sparse, 1, 'b', None)
        case('any', sparse[1:], 'b', None)
        dense = pa.UnionArray.from_dense(
            pa.array([5, 2, 5, 5], pa.int8()), pa.array([0, 0, 1, 2], pa.int32()),
            [pa.array([[7]]), pa.array(['a', 'b', None])], ['n', 't'], [2, 5])
        case('any', dense, 'a', [7], 'b', None)
        case('any', dense[2:], 'b', None)
        for ends in (pa.int16(), pa.int32(), pa.int64()):
            runs = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3, 6], ends), pa.array(['r', None, 's']))
            case('string?', runs, 'r', 'r', None, 's', 's', 's')
            case('string?', runs[1:5], 'r', None, 's', 's')

        # Dictionaries.
        for index in (pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()):
            coded = pa.array(['x', 'y', None, 'x']).dictionary_encode().cast(pa.dictionary(index, pa.string()))
            case('string?', coded, 'x', 'y', None, 'x')
        case('string?', pa.array(['x', 'y', None, 'x']).dictionary_encode()[1:], 'y', None, 'x')
        case('string?', pa.array([None, None], pa.dictionary(pa.int8(), pa.string())), None, None)
        nulls = pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array(['x', None]))
        case('string?', nulls, 'x', None, None)
        case('list<string?>?', pa.array([['x'], ['y', 'x']], pa.list_(pa.dictionary(pa.int8(), pa.string()))),
             ['x'], ['y', 'x'])
        lists = pa.DictionaryArray.from_arrays(pa.array([1, 0, 1], pa.int8()), pa.array([[1, 2], [3]]))
        case('list<int64?>?', lists, [3], [1, 2], [3])
        inner = pa.StructArray.from_arrays([pa.array(['p', 'q']).dictionary_encode()], ['n'])
        rows = pa.DictionaryArray.from_arrays(pa.array([1, 1, 0], pa.int8()), inner)
        case('row<n: string?>?', rows, {'n': 'q'}, {'n': 'q'}, {'n': 'p'})

        def batches(kind, arrays, expected, **options):
            sink = io.BytesIO()
            schema = pa.schema([('v', arrays[0].type)])
            with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
                for array in arrays:
                    writer.write_batch(pa.RecordBatch.from_arrays([array], schema=schema))
            answer(sink.getvalue(), kind, expected)

        first = pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(['a', 'b']))
        second = pa.DictionaryArray.from_arrays(pa.array([2, 0]), pa.array(['a', 'b', 'c']))
        third = pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(['z', 'y']))
        batches('string?', [first, second], ['a', 'b', 'c', 'a'], emit_dictionary_deltas=True)
        batches('string?', [first, second, third], ['a', 'b', 'c', 'a', 'z', 'y'])
        batches('string?', [first[:0], first, first[:0]], ['a', 'b'])
        batches('string?', [first], ['a', 'b'], metadata_version=pa.ipc.MetadataVersion.V4)
        batches('int64?', [pa.array([1, 2])[:0]], [])

        # Extension types are what they store.
        case('bytes?', pa.array([b'0123456789abcdef', None], pa.uuid()), '0123456789abcdef', None)
        case('string?', pa.ExtensionArray.from_storage(pa.json_(), pa.array(['{}', None])), '{}', None)
        case('int64?', pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, None], pa.int8())), 1, None)
        case('list<double?>?', pa.ExtensionArray.from_storage(
            pa.fixed_shape_tensor(pa.float32(), [2]), pa.array([[1, 2]], pa.list_(pa.float32(), 2))), [1.0, 2.0])

        """

    /// Gives two parts a case: a stream and the message of its error.
    static let refused = """
        import decimal

        def refuse(array, message, names=('when',), **options):
            batch = pa.RecordBatch.from_arrays([array] * len(names), names=list(names))
            sink = io.BytesIO()
            with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
                writer.write_batch(batch)
            give(sink.getvalue())
            give(message.encode())

        interval = "field 'when' has intervals of months, which no type of ours holds"
        refuse(pa.array([(1, 2, 3)], pa.month_day_nano_interval()), interval)
        refuse(pa.array([1, 2, 3]), "there are two fields 'a'", names=['a', 'a'])
        within = pa.list_(pa.field('item', pa.month_day_nano_interval()))
        refuse(pa.array([[(1, 2, 3)]], within), interval.replace('when', 'item'))
        for codec in ('lz4', 'zstd'):
            refuse(pa.array([1] * 1000), 'compressed Arrow data is not read', compression=codec)
        large = pa.array([decimal.Decimal(10 ** 60)], pa.decimal256(70, 0))
        refuse(large, "field 'when' has a value beyond what can be held")
        refuse(pa.array([2 ** 62], pa.timestamp('s')), "field 'when' has a time beyond what can be held")
        offsets = pa.py_buffer(b'\\x00\\x00\\x00\\x00\\x01\\x00\\x00\\x00')
        text = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b'\\xff')])
        refuse(text, "field 'when' has text that is no UTF-8")

        """
}
