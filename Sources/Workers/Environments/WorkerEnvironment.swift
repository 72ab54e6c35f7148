/// Where worker processes find their packages: an interpreter, and a name for the set.
struct WorkerEnvironment: Hashable, Sendable {
    /// Empty for the interpreter itself.
    let id: String
    let python: String
}
