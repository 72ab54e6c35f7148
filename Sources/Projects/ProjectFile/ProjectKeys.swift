/// The keys of a project's file, with what editors and messages say of them.
enum ProjectKeys {
    static let document = ["targets", "default_target"]

    enum Target: String, CaseIterable {
        case engine, place, cluster, address, parallelism, workers, slots, memory, resources, jars, settings

        var summary: String {
            switch self {
            case .engine: "What runs the pipeline: embedded (Beamstack's own engine), flink or spark."
            case .place: "Where the engine runs: local (processes of this machine), docker or kubernetes."
            case .cluster: "A cluster that 'beamstack create' has made."
            case .address: "Where the engine takes jobs: http://HOST:PORT (Flink), spark://HOST:PORT (Spark)."
            case .parallelism: "Tasks that a step may be split into; of the embedded engine, threads."
            case .workers: "Processes that do the work: TaskManagers, executors."
            case .slots: "Tasks that one worker runs at once."
            case .memory: "Memory of one worker, such as 2GB."
            case .resources: "Cores and memory of the processes that a place starts for the job."
            case .jars: "Jars that jobs bring along, such as a connector's; paths count from this file."
            case .settings: "The engine's own settings; ${env:NAME} takes a value from the environment."
            }
        }

        /// Whether the embedded engine has a use for it.
        var suitsEmbedded: Bool {
            switch self {
            case .engine, .place, .parallelism, .memory: true
            case .cluster, .address, .workers, .slots, .resources, .jars, .settings: false
            }
        }
    }

    static let resources = ["driver", "worker"]
    static let amounts = ["cpu", "memory"]
    static let counts = 1...32_768

    /// What names a target: also a word of a command line.
    static let namePattern = "^[A-Za-z][A-Za-z0-9_-]{0,63}$"

    static func isName(_ text: String) -> Bool {
        let bytes = text.utf8
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        guard let first = bytes.first, isLetter(first), bytes.count <= 64 else { return false }
        return bytes.allSatisfy { byte in
            isLetter(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
    }
}
