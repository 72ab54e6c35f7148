/// How the memory of a TaskManager is divided, and told both to the JVM and to Flink.
///
/// Flink's scripts work this out with a JVM of their own, which takes longer than all the rest of a start.
struct FlinkMemory: Sendable {
    let network: Int64
    let managed: Int64
    let taskHeap: Int64

    static let metaspace = Int64(256) << 20
    static let frameworkHeap = Int64(128) << 20
    static let frameworkOffHeap = Int64(128) << 20
    /// What the JVM needs for itself: threads, code, its collector.
    static let overhead = Int64(192) << 20

    /// With less there is no room to work in.
    static let smallestProcess: Int64 = 1_000_000_000

    /// - Parameter process: the whole of a TaskManager.
    init(process: Int64) {
        let flink = max(process - Self.metaspace - Self.overhead, Int64(400) << 20)
        network = min(max(flink / 10, Int64(64) << 20), Int64(1) << 30)
        let rest = max(flink - network - Self.frameworkHeap - Self.frameworkOffHeap, Int64(64) << 20)
        // Sorting, hashing and Python work in managed memory; records on their way live on the heap.
        managed = rest / 2
        taskHeap = rest - managed
    }

    var javaOptions: [String] {
        [
            "-Xmx\((taskHeap + Self.frameworkHeap) >> 20)m",
            "-XX:MaxDirectMemorySize=\((network + Self.frameworkOffHeap) >> 20)m",
            "-XX:MaxMetaspaceSize=\(Self.metaspace >> 20)m",
        ]
    }

    var settings: [(String, String)] {
        [
            ("taskmanager.memory.network.min", "\(network)b"), ("taskmanager.memory.network.max", "\(network)b"),
            ("taskmanager.memory.managed.size", "\(managed)b"), ("taskmanager.memory.task.heap.size", "\(taskHeap)b"),
            ("taskmanager.memory.task.off-heap.size", "0b"),
            ("taskmanager.memory.framework.heap.size", "\(Self.frameworkHeap)b"),
            ("taskmanager.memory.framework.off-heap.size", "\(Self.frameworkOffHeap)b"),
            ("taskmanager.memory.jvm-metaspace.size", "\(Self.metaspace)b"),
            ("taskmanager.memory.jvm-overhead.min", "\(Self.overhead)b"),
            ("taskmanager.memory.jvm-overhead.max", "\(Self.overhead)b"),
        ]
    }
}
