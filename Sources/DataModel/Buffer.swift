/// A growable run of plain values outside Swift's array, so that kernels work on pointers without bounds checks.
///
/// A buffer has one writer while it is built; once it is part of a `Column` nobody writes to it again.
public final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {  // one writer, then read only
    @usableFromInline var storage: UnsafeMutablePointer<Element>
    @usableFromInline var room: Int
    public var count: Int

    @inlinable public var pointer: UnsafeMutablePointer<Element> { storage }
    @inlinable public var capacity: Int { room }

    /// An empty buffer with room for `capacity` elements.
    @inlinable
    public init(capacity: Int = 0) {
        let capacity = max(capacity, 1)
        storage = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        room = capacity
        count = 0
    }

    /// `count` elements that the caller writes before anyone reads them.
    @inlinable
    public convenience init(uninitializedCount count: Int) {
        self.init(capacity: count)
        self.count = count
    }

    @inlinable
    public convenience init(repeating element: Element, count: Int) {
        self.init(uninitializedCount: count)
        pointer.initialize(repeating: element, count: count)
    }

    @inlinable
    public convenience init(_ elements: some Collection<Element>) {
        self.init(uninitializedCount: elements.count)
        var index = 0
        for element in elements {
            pointer[index] = element
            index += 1
        }
    }

    deinit { storage.deallocate() }

    /// The element at an index below `count`; unchecked in release builds.
    @inlinable
    public subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < count)
            return pointer[index]
        }
        set {
            assert(index >= 0 && index < count)
            pointer[index] = newValue
        }
    }

    @inlinable
    public func append(_ element: Element) {
        if count == capacity { reserve(count + 1) }
        storage[count] = element
        count += 1
    }

    @inlinable
    public func append(_ source: UnsafePointer<Element>, count added: Int) {
        reserve(count + added)
        (storage + count).update(from: source, count: added)
        count += added
    }

    /// Makes room for `wanted` elements in all.
    @inline(never)
    public func reserve(_ wanted: Int) {
        guard wanted > capacity else { return }
        let grown = max(wanted, capacity * 2)
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: grown)
        moved.update(from: storage, count: count)
        storage.deallocate()
        storage = moved
        room = grown
    }

    /// The elements in an array of their own.
    public func toArray() -> [Element] {
        Array(UnsafeBufferPointer(start: storage, count: count))
    }

    /// A view that is valid for as long as the caller holds the buffer.
    public var elements: UnsafeBufferPointer<Element> {
        UnsafeBufferPointer(start: pointer, count: count)
    }
}
