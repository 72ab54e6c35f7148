/// Which packages a person's Python needs beyond those that the step declares.
///
/// On Beam, code runs beside Beam itself and may import all that Beam brings along without declaring it. Here it gets
/// just what it imports, so that a function of the standard library needs no package at all.
enum PythonRequirements {
    /// Import names of what Beam's `yaml` extra installs, with the packages that hold them.
    private static let beamsOwn: [String: String] = [
        "apache_beam": PythonPackages.beam, "numpy": PythonPackages.numpy, "pandas": "pandas<2.4",
        "pyarrow": PythonPackages.arrow, "requests": "requests", "dateutil": "python-dateutil", "pytz": "pytz",
        "yaml": "pyyaml", "jinja2": "jinja2<3.2", "fastavro": "fastavro", "pymongo": "pymongo", "bson": "pymongo",
        "regex": "regex", "orjson": "orjson", "jsonschema": "jsonschema", "jsonpickle": "jsonpickle",
        "zstandard": "zstandard", "cryptography": "cryptography", "httplib2": "httplib2", "PIL": "pillow",
        "grpc": "grpcio", "google": "protobuf", "docstring_parser": "docstring-parser", "quickjs": "quickjs-ng",
        "cloudpickle": "cloudpickle", "dill": "dill", "typing_extensions": "typing-extensions",
        "sortedcontainers": "sortedcontainers", "beartype": "beartype", "certifi": "certifi",
    ]

    /// The packages for a text of code.
    static func of(code: String, declared: [String]) -> [String] {
        combined(imports(of: code), declared)
    }

    /// The packages for `package.module.function`.
    static func of(name: String, declared: [String]) -> [String] {
        combined([topLevel(name[...])], declared)
    }

    private static func combined(_ modules: [String], _ declared: [String]) -> [String] {
        var packages = Set(modules.compactMap { beamsOwn[$0] })
        // What Beam is installed with includes all the others.
        if packages.contains(PythonPackages.beam) { packages = [PythonPackages.beam] }
        let named = Set(declared.map(distribution))
        return declared + packages.filter { !named.contains(distribution($0)) }.sorted()
    }

    /// The top-level modules that a text imports, wherever it does: `beam.` counts, since Beam's own examples use it.
    static func imports(of code: String) -> [String] {
        var modules: [String] = []
        for line in code.split(whereSeparator: { $0.isNewline || $0 == ";" }) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let first = words.first, words.count > 1 else { continue }
            if first == "from" {
                modules.append(topLevel(words[1]))
            } else if first == "import" {
                let list = words.dropFirst().joined(separator: " ").split(separator: Character(","))
                modules += list.compactMap { $0.split(separator: Character(" ")).first.map(topLevel) }
            }
        }
        return modules
    }

    private static func topLevel(_ module: Substring) -> String {
        module.split(separator: Character(".")).first.map(String.init) ?? ""
    }

    /// A requirement's distribution name in its normal form (PEP 503), without extras and versions.
    private static func distribution(_ requirement: String) -> String {
        let name = requirement.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." }
        return String(name.lowercased().map { $0 == "_" || $0 == "." ? "-" : $0 })
    }
}
