/// The release this binary was built from.
enum BeamstackVersion {
    static let number = "0.1.0"
    /// The Beam release whose YAML dialect is implemented.
    static let beam = "2.77.0"
    static let text = "beamstack \(number) (Beam YAML \(beam))"
}
