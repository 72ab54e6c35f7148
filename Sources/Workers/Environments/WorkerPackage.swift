import CWorkerPrograms
import Platform

/// The Python package that worker processes run: it is part of this binary, and lies in the cache while it is used, so
/// that Python can keep its compiled form there too.
enum WorkerPackage {
    private static var programs: [worker_program] {
        (0..<worker_program_count).map { worker_program_at($0) }
    }

    /// The folder to put on Python's path; written by whoever is first to need it.
    static func folder(cache: String) throws(SystemError) -> String {
        var fingerprint = Fingerprint()
        for program in programs {
            fingerprint.add(String(cString: program.path))
            fingerprint.add(UnsafeRawBufferPointer(start: program.bytes, count: program.length))
        }
        let folder = Path.join(Path.join(cache, "worker"), fingerprint.text)
        if FileSystem.isDirectory(folder) { return folder }
        let temporary = TemporaryName.beside(folder)
        do throws(SystemError) {
            for program in programs {
                let path = Path.join(temporary, String(cString: program.path))
                try FileSystem.createDirectories(Path.directory(of: path))
                let file = try OpenFile(path, .createNew)
                try file.write(UnsafeRawBufferPointer(start: program.bytes, count: program.length))
            }
            try FileSystem.rename(temporary, to: folder)
        } catch {
            try? FileSystem.removeTree(temporary)
            // Another process was quicker.
            guard FileSystem.isDirectory(folder) else { throw error }
        }
        return folder
    }
}
