import ArgumentParser
import Deployment
import Platform

/// `beamstack open NAME`: the cluster's own web page.
struct OpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Print the address of a cluster's web page and, on a desktop, open it.")

    @Argument(help: "A cluster.")
    var name: String

    func run() throws {
        let record = try ClusterStore().existing(name)
        guard ClusterStatus(of: record).state != .down else { throw ClusterManager.down(record) }
        Output.write(record.webAddress + "\n")
        guard Terminal.isTerminal(.output) else { return }
        #if os(macOS)
            let opener: String? = "open"
        #else
            let hasDesktop = [Environment["DISPLAY"], Environment["WAYLAND_DISPLAY"]].contains { $0?.isEmpty == false }
            let opener = hasDesktop ? "xdg-open" : nil
        #endif
        // The address is printed: who has no browser there has lost nothing.
        guard let opener, let child = try? ChildProcess(opener, arguments: [record.webAddress]) else { return }
        _ = child.wait(milliseconds: 5000)
    }
}
