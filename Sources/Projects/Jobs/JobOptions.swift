public import Diagnostics

/// What a command was told, as far as it is needed to run the same job again.
public struct JobOptions: Sendable, Equatable {
    /// One template variable of the command line.
    public struct Variable: Sendable, Equatable {
        public enum Value: Sendable, Equatable {
            /// As written after `--set NAME=`.
            case text(String)
            /// A file that holds the value.
            case file(String)
            /// Looked like a secret and was not kept.
            case withheld
        }

        public let name: String
        public let value: Value

        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }

        /// A variable of the command line, without its value where that looks like a secret.
        public init(_ name: String, text: String) {
            self.name = name
            value = Secrets.isSecret(name: name, value: text) ? .withheld : .text(text)
        }

        /// Whether its value must not show up in what is kept.
        public var isSecret: Bool { value == .withheld || Secrets.isSecret(name: name) }
    }

    /// The command that ran it, such as `run`.
    public var command: String
    public var variables: [Variable]
    public var workers: Int?
    /// Bytes.
    public var memory: Int?

    public init(command: String = "run", variables: [Variable] = [], workers: Int? = nil, memory: Int? = nil) {
        self.command = command
        self.variables = variables
        self.workers = workers
        self.memory = memory
    }
}

extension JobRecord {
    /// The arguments of `beamstack` that run the job again, in its working directory.
    ///
    /// - Parameter supplied: assignments `NAME=VALUE` that a person gives now; they win over those that were kept.
    /// - Throws: which variables are missing.
    public func restartArguments(supplied: [String] = []) throws(Diagnostic) -> [String] {
        let given = supplied.map { String($0.prefix { $0 != "=" }) }
        // Relative where it can be: problems are shown as they were.
        let folder = workingDirectory + "/"
        var arguments = [
            options.command, pipeline.hasPrefix(folder) ? String(pipeline.dropFirst(folder.count)) : pipeline,
        ]
        var missing: [String] = []
        for variable in options.variables where !given.contains(variable.name) {
            switch variable.value {
            case .text(let text): arguments += ["--set", "\(variable.name)=\(text)"]
            case .file(let path): arguments += ["--set-file", "\(variable.name)=\(path)"]
            case .withheld: missing.append(variable.name)
            }
        }
        guard missing.isEmpty else {
            let names = missing.map { "'\($0)'" }.joined(separator: ", ")
            throw Diagnostic(
                .jobNotRestartable, "the value of \(names) looked like a secret and was not kept", at: nil,
                hint: "give it again: beamstack restart \(id)" + missing.map { " --set \($0)=…" }.joined())
        }
        for assignment in supplied { arguments += ["--set", assignment] }
        if let workers = options.workers { arguments += ["--workers", String(workers)] }
        if let memory = options.memory { arguments += ["--memory", "\(memory)B"] }
        return arguments + ["--target", target]
    }
}
