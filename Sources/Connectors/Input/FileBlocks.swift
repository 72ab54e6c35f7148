import Diagnostics

/// The blocks of several files, file by file in the order of their paths.
struct FileBlocks<Boundary: RecordBoundary> {
    private let paths: [String]
    private let boundary: Boundary
    private let context: ReadContext
    private let pool: BlockPool
    private var nextFile = 0
    private var current: BlockReader<Boundary>?

    init(_ paths: [String], boundary: Boundary, context: ReadContext, pool: BlockPool) {
        self.paths = paths
        self.boundary = boundary
        self.context = context
        self.pool = pool
    }

    /// The next block and the path of its file; `nil` at the end of the last file.
    mutating func next() throws(Diagnostic) -> (block: Block, path: String)? {
        while true {
            guard var blocks = current else {
                guard nextFile < paths.count else { return nil }
                current = try BlockReader(path: paths[nextFile], boundary: boundary, context: context, pool: pool)
                nextFile += 1
                continue
            }
            let block = try blocks.next()
            current = block == nil ? nil : blocks
            if let block { return (block, blocks.file.path) }
        }
    }
}
