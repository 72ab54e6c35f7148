import Testing

@testable import Projects

@Suite struct JobStateTests {
    @Test func onlyEndedJobsAreFinal() {
        #expect(JobState.allCases.filter { !$0.isFinal } == [.submitted, .running, .restarting])
    }
}
