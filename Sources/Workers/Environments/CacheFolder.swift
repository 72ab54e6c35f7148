import Platform

/// Where Beamstack keeps what it can make again.
public enum CacheFolder {
    /// `BEAMSTACK_CACHE`, or else a folder in the user's cache folder.
    public static var standard: String {
        if let named = Environment["BEAMSTACK_CACHE"], !named.isEmpty { return absolute(named) }
        if let caches = Environment["XDG_CACHE_HOME"], caches.utf8.first == Path.slash {
            return Path.join(caches, "beamstack")
        }
        guard let home = Environment["HOME"], !home.isEmpty else {
            return Path.join(absolute(Environment["TMPDIR"] ?? "/tmp"), "beamstack-cache")
        }
        #if os(macOS)
            return Path.join(home, "Library/Caches/beamstack")
        #else
            return Path.join(home, ".cache/beamstack")
        #endif
    }

    private static func absolute(_ path: String) -> String { Path.join(FileSystem.currentDirectory, path) }
}
