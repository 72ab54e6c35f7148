public import Diagnostics

/// Finding the job that a person means.
extension JobStore {
    /// The job of an identifier, of a beginning that no other has, of an end, or the newest of a pipeline's name.
    ///
    /// - Parameter isOne: whether a name of several jobs is refused, because what is done to the job matters.
    public func find(_ text: String, states: Set<JobState>? = nil, isOne: Bool = false) throws(Diagnostic) -> JobRecord
    {
        if let record = try job(text) { return record }
        let all = try candidates(text)
        let fitting = states.map { states in all.filter { states.contains($0.state) } } ?? all
        let found = fitting.isEmpty ? all : fitting
        if found.count == 1 { return found[0] }
        let named = found.filter { $0.name == text }
        if let newest = named.first, !isOne || named.count == 1 { return newest }
        guard found.isEmpty else {
            let shown = found.prefix(10).map { "\($0.id) (\($0.state.rawValue), \($0.pipeline))" }
            throw Diagnostic(
                .unknownJob, "'\(text)' may be any of \(found.count) jobs", at: nil,
                notes: shown + (found.count > shown.count ? ["…"] : []), hint: "write more of the identifier")
        }
        let known = try self.all(limit: 200)
        let names = known.map(\.id) + Set(known.map(\.name)).sorted()
        throw Diagnostic(
            .unknownJob, "there is no job '\(text)'", at: nil,
            hint: Suggestion.nearest(to: text, among: names).map { "did you mean '\($0)'?" }
                ?? "'beamstack jobs --all' lists the jobs")
    }

    private func candidates(_ text: String) throws(Diagnostic) -> [JobRecord] {
        guard !text.isEmpty else { return [] }
        return try select(
            """
            WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, -length(?1) - 1) = '-' || ?1 OR name = ?1
            ORDER BY number DESC
            """, [.text(text)])
    }
}
