import Diagnostics

extension Diagnostic {
    /// Why an engine gives no answer, and what to do about it.
    static func unreachable(_ failure: HTTPFailure, engine: String, address: String) -> Diagnostic {
        let (problem, hint): (String, String?)
        switch failure.kind {
        case .noLibrary:
            problem = "there is no libcurl on this machine"
            hint = "install it (Debian: 'apt install libcurl4')"
        case .refused:
            problem = "nothing listens there"
            hint = "see whether the cluster runs ('beamstack info'), and whether the target's address is right"
        case .unresolved:
            problem = "its host has no address"
            hint = "see whether the target's address is right"
        case .timedOut:
            problem = "it does not answer in time"
            hint = "see whether a firewall is in between, and whether the cluster is overloaded"
        case .tls:
            problem = "the secure connection fails: \(failure.reason)"
            hint = "a private authority's certificates are read from the file that the variable SSL_CERT_FILE names"
        case .unreachable:
            problem = failure.reason
            hint = "see whether this machine has a way there"
        case .invalidURL:
            problem = failure.reason
            hint = "write http://HOST:PORT or https://HOST"
        case .tooLong, .unreadable, .other:
            problem = failure.reason
            hint = nil
        }
        return Diagnostic(
            .engineUnreachable, "\(engine) at \(address) cannot be reached: \(problem)", at: nil, hint: hint)
    }
}
