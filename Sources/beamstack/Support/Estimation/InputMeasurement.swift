import Planning
import Platform
import Translation

/// Looks at the files that a plan reads.
enum InputMeasurement {
    /// What rows are measured on.
    private static let headBytes = 1 << 18

    /// The sizes of the inputs that are files of this machine; nothing is said of the others.
    static func sizes(of plan: Plan) -> [InputSize] {
        plan.steps.compactMap { step in
            guard case .read(let read) = step.operation else { return nil }
            return size(of: read, step.id)
        }
    }

    static func files(of read: ReadOperation) -> [String] {
        let local = read.pattern.hasPrefix("file://") ? String(read.pattern.dropFirst("file://".count)) : read.pattern
        guard !local.contains("://") else { return [] }
        return (try? Glob.files(matching: local)) ?? []
    }

    private static func size(of read: ReadOperation, _ step: Int) -> InputSize? {
        let files = files(of: read)
        let bytes = files.reduce(Int64(0)) { sum, file in
            sum + (((try? FileSystem.status(of: file)) ?? nil)?.sizeInBytes ?? 0)
        }
        guard let first = files.first, let head = try? OpenFile.beginning(of: first, count: headBytes) else {
            return nil
        }
        let isPacked = head.starts(with: [0x1F, 0x8B])
        return InputSize(
            step: step, files: files.count, bytes: Double(bytes), expansion: isPacked ? InputSize.gzipExpansion : 1,
            rowBytes: isPacked ? 80 : rowBytes(head))
    }

    private static func rowBytes(_ head: [UInt8]) -> Double {
        guard let last = head.lastIndex(of: UInt8(ascii: "\n")) else { return Double(max(1, head.count)) }
        let rows = head[...last].count { $0 == UInt8(ascii: "\n") }
        return Double(last + 1) / Double(rows)
    }
}
