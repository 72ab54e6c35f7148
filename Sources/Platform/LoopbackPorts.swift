#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// TCP ports of 127.0.0.1, which only programs of this machine reach.
public enum LoopbackPorts {
    /// The first port from `start` on that nobody listens at and that is not among `taken`.
    ///
    /// Stays below the numbers that systems hand out by themselves, so that no passing connection sits on it later.
    public static func free(from start: Int, taken: Set<Int> = []) -> Int? {
        (start..<32_000).first { !taken.contains($0) && isFree($0) }
    }

    /// Whether a program could listen there: nobody does on any of the machine's addresses.
    public static func isFree(_ port: Int) -> Bool {
        withSocket { descriptor in
            var reuse: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
            return withAddress(port) { bind(descriptor, $0, $1) } == 0
        } ?? false
    }

    /// Whether somebody takes connections there.
    public static func isListening(_ port: Int) -> Bool {
        withSocket { descriptor in withAddress(port) { connect(descriptor, $0, $1) } == 0 } ?? false
    }

    /// Sends bytes to whoever listens at a port and gives what comes back until they close the connection.
    ///
    /// - Returns: `nil` where nobody listens, the time is over or more than `limit` bytes come.
    public static func exchange(_ bytes: [UInt8], with port: Int, milliseconds: Int, limit: Int) -> [UInt8]? {
        let deadline = MonotonicClock.nanoseconds + UInt64(milliseconds) * 1_000_000
        var answer: [UInt8] = []
        let isComplete = withSocket { descriptor in
            // Connecting to this machine succeeds or fails at once; only the talk may take time.
            guard withAddress(port, { connect(descriptor, $0, $1) }) == 0,
                (try? bytes.withUnsafeBytes({ try writeAll($0, to: descriptor, path: "a connection") })) != nil
            else { return false }
            var room = [UInt8](repeating: 0, count: 1 << 16)
            while answer.count <= limit {
                let now = MonotonicClock.nanoseconds
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard now < deadline, poll(&waiting, 1, Int32((deadline - now) / 1_000_000) + 1) > 0 else {
                    return false
                }
                let count = recv(descriptor, &room, room.count, 0)
                if count == 0 { return true }
                guard count > 0 else { return false }
                answer += room[..<count]
            }
            return false
        }
        return isComplete == true ? answer : nil
    }

    private static func withSocket(_ body: (Int32) -> Bool) -> Bool? {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #elseif canImport(Musl)
            let descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { return nil }
        defer { _ = close(descriptor) }
        return body(descriptor)
    }

    private static func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
