import Diagnostics
import Planning
import Platform
import Projects
import Translation

/// What samples of pipelines have shown, kept in the state folder until the pipeline changes.
struct ProfileStore {
    private let path: String
    private let pipeline: String

    /// - Parameter pipeline: the file, as the user named it.
    init(pipeline: String, state: String = StateFolder.standard) {
        var fingerprint = Fingerprint()
        fingerprint.add(FileSystem.absolutePath(of: pipeline) ?? pipeline)
        path = Path.join(state, "samples/\(fingerprint.text).json")
        self.pipeline = pipeline
    }

    /// Whether there is one, of whatever the pipeline was.
    var isThere: Bool { ((try? FileSystem.status(of: path)) ?? nil) != nil }

    /// Of the pipeline as it is now.
    private var hash: String? {
        (try? OpenFile.contents(of: pipeline, limit: 64 << 20)).map { JobRecord.hash(of: $0) }
    }

    /// The profile of the pipeline as it is now; `nil` where there is none.
    func profile(of plan: Plan) -> SampleProfile? {
        guard let bytes = try? OpenFile.contents(of: path, limit: 16 << 20),
            let json = JSONText.parse(String(decoding: bytes, as: UTF8.self)), json["pipeline"]?.string == hash,
            // Variables of templates may make other steps of the same file.
            json["steps"]?.strings == plan.steps.map(\.name)
        else { return nil }
        return json["profile"].flatMap { SampleProfile($0) }
    }

    func keep(_ profile: SampleProfile, of plan: Plan) throws {
        let json = JSONText.object([
            "pipeline": hash.map(JSONText.string) ?? .null,
            "steps": .array(plan.steps.map { .string($0.name) }), "profile": profile.json,
        ])
        try FileSystem.createDirectories(Path.directory(of: path))
        let temporary = TemporaryName.beside(path)
        try OpenFile.write(Array(json.compact.utf8), to: temporary)
        try FileSystem.rename(temporary, to: path)
    }
}
