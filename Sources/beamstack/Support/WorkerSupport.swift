import Connectors
import Deployment
import Diagnostics
import Engine
import Planning
import Platform
import Workers

/// The worker processes of one command; none starts before something needs one.
struct WorkerSupport {
    enum Use {
        /// `validate`: our own code over local files, in environments that exist.
        case validation
        /// `plan`: also code of the pipeline, in environments that exist.
        case planning
        /// `run` and `test`: installs what is missing.
        case running
    }

    let pool: WorkerPool
    private let permission: WorkerPermission

    /// - Parameter path: the pipeline's file, whose folder is where relative paths of code are looked for, too.
    init(for path: String, use: Use, isQuiet: Bool = false) {
        var options = WorkerOptions(installs: use == .running, pipelineFolder: Path.directory(of: path))
        if !isQuiet {
            options.log = { step, line in Output.message((step.map { "[\($0)] " } ?? "") + line + "\n") }
        }
        pool = WorkerPool(options)
        permission = use == .validation ? .ownCode : .everything
    }

    var inspector: FileInspector { FileInspector(workers: pool, permission: permission) }
}

extension Diagnostic {
    /// Whether this machine lacks something, rather than the pipeline being wrong.
    var isEnvironmental: Bool {
        let codes: [DiagnosticCode] = [
            .foreignStep, .pythonNotFound, .pythonTooOld, .environmentFailed, .environmentMissing,
            .javaNotFound, .engineMissing, .engineUnusable, .clusterFailed, .clusterDown,
        ]
        return codes.contains(code)
    }
}
