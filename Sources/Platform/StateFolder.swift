/// Where Beamstack keeps what it could not make again: clusters, jobs and their history.
public enum StateFolder {
    /// `BEAMSTACK_STATE`, or else a folder in the user's state folder.
    public static var standard: String {
        if let named = Environment["BEAMSTACK_STATE"], !named.isEmpty {
            return Path.join(FileSystem.currentDirectory, named)
        }
        if let states = Environment["XDG_STATE_HOME"], states.utf8.first == Path.slash {
            return Path.join(states, "beamstack")
        }
        guard let home = Environment["HOME"], !home.isEmpty else {
            return Path.join(Path.join(FileSystem.currentDirectory, Environment["TMPDIR"] ?? "/tmp"), "beamstack-state")
        }
        #if os(macOS)
            return Path.join(home, "Library/Application Support/beamstack")
        #else
            return Path.join(home, ".local/state/beamstack")
        #endif
    }
}
