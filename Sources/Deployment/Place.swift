/// Where an engine runs.
public enum Place: String, Sendable, CaseIterable {
    /// Processes of this machine.
    case local
    case docker
    case kubernetes
}
