/// The state of a job in one vocabulary, whatever the engine.
public enum JobState: String, Sendable, CaseIterable {
    /// Known here, not yet taken by the engine.
    case submitted
    case running
    /// The engine is recovering it from a failure.
    case restarting
    /// All input was read and all output is in place.
    case finished
    case failed
    /// Ended by a person.
    case stopped
    /// What ran it is gone and cannot be asked.
    case lost

    /// Whether nothing will change it any more.
    public var isFinal: Bool {
        switch self {
        case .finished, .failed, .stopped, .lost: true
        case .submitted, .running, .restarting: false
        }
    }
}
