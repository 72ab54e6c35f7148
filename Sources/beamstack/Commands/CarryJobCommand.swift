import ArgumentParser

/// `beamstack carry-job ID`: the process that a job runs in which outlives its command.
struct CarryJobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carry-job", abstract: "Do the work of a job.", shouldDisplay: false)

    @Argument(help: "The job.")
    var id: String

    func run() throws {
        let handover = try JobHandover.received()
        handover.adoptAppearance()
        guard let command = try Beamstack.parseAsRoot(handover.arguments) as? any PipelineCommand else {
            throw ValidationError("these arguments run no pipeline")
        }
        try command.carry(id)
    }
}
