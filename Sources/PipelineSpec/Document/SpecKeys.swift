/// The keys that Beam's pipeline schema allows at each place.
enum SpecKeys {
    static let document = ["pipeline", "options", "providers", "tests"]
    static let pipeline = [
        "type", "transforms", "extra_transforms", "source", "sink", "windowing", "resource_hints",
    ]
    static let leaf = ["type", "name", "input", "output", "output_schema", "windowing", "resource_hints", "config"]
    static let nested = [
        "type", "name", "input", "output", "windowing", "resource_hints", "transforms", "extra_transforms", "source",
        "sink",
    ]
    static let provider = ["type", "config", "transforms"]
    static let yamlTransform = ["config_schema", "requires_inputs", "description", "body"]
    static let test = [
        "name", "mock_inputs", "mock_outputs", "expected_inputs", "expected_outputs", "allowed_sources",
    ]
    static let testElements = ["name", "elements"]
}
