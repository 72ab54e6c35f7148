/// The values of one field for the rows of a batch, in Arrow's layout: flat values, offsets into flat bytes or children.
///
/// Booleans and validity are a byte each instead of a bit: kernels stay free of shifts, and packing happens where a
/// column leaves the process as Arrow.
public struct Column: Sendable {
    public let type: FieldType
    public let count: Int
    /// 1 where there is a value, 0 where there is null; `nil` where no row is null. What `data` holds at a null row is
    /// defined but meaningless (zero, empty).
    public let validity: Buffer<UInt8>?
    public let data: ColumnData

    public init(type: FieldType, count: Int, validity: Buffer<UInt8>? = nil, data: ColumnData) {
        self.type = type
        self.count = count
        self.validity = validity
        self.data = data
    }

    @inlinable
    public func isNull(_ row: Int) -> Bool {
        if let validity { validity[row] == 0 } else { false }
    }
}

/// The storage of a column; the case follows from the kind of its type.
public enum ColumnData: Sendable {
    /// `boolean`: 0 or 1.
    case boolean(Buffer<UInt8>)
    /// `int64`, and microseconds of `timestamp` and `duration`.
    case int64(Buffer<Int64>)
    case double(Buffer<Double>)
    /// `string` (valid UTF-8) and `bytes`.
    case string(StringBuffer)
    /// Row i holds the elements from `offsets[i]` to `offsets[i + 1]` of the child.
    case list(offsets: Buffer<Int32>, elements: ColumnBox)
    case map(offsets: Buffer<Int32>, keys: ColumnBox, values: ColumnBox)
    /// One child a field of the row's schema, each as long as the column.
    case row([Column])
    /// `any`, `decimal`, `date`, `datetime`: values that carry their own type.
    case values(ValueBuffer)
    /// Not read, since no step uses the field: only `type` and `count` mean anything. Gathering, filtering and
    /// concatenating it give `absent` again; reading a value gives null.
    case absent
}

/// Strings end to end: string i is the bytes from `offsets[i]` to `offsets[i + 1]`.
public struct StringBuffer: Sendable {
    public let offsets: Buffer<Int32>
    public let bytes: Buffer<UInt8>

    /// `offsets` has one element more than there are strings.
    @inlinable
    public init(offsets: Buffer<Int32>, bytes: Buffer<UInt8>) {
        self.offsets = offsets
        self.bytes = bytes
    }

    @inlinable
    public subscript(row: Int) -> UnsafeBufferPointer<UInt8> {
        let start = Int(offsets[row])
        return UnsafeBufferPointer(start: bytes.pointer + start, count: Int(offsets[row + 1]) - start)
    }
}

/// Lets a column hold a column.
public final class ColumnBox: Sendable {
    public let column: Column

    public init(_ column: Column) {
        self.column = column
    }
}

/// Values that carry their own type, for columns that no flat layout fits.
public final class ValueBuffer: Sendable {
    public let values: [Value]

    public init(_ values: [Value]) {
        self.values = values
    }
}
