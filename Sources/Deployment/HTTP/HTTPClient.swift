import CCurl
import Platform
import Synchronization

/// Asks servers, one question after the other, over connections that are kept.
///
/// Calls block and may come from any thread. Redirects are answers like any other: an engine's own address has none.
public final class HTTPClient: Sendable {
    /// A connection's handle, which one thread uses at a time.
    private struct Handle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private let idle = Mutex<[Handle]>([])

    public init() {}

    deinit {
        guard let curl = CurlLibrary.shared?.functions else { return }
        idle.withLock { handles in
            for handle in handles { curl.easy_cleanup(handle.pointer) }
        }
    }

    /// Sends a request and gives the whole answer, whatever its status.
    public func send(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse {
        var body: [UInt8] = []
        let limit = request.responseLimit
        let head = try send(request) { bytes in
            guard body.count + bytes.count <= limit else { return false }
            body.append(contentsOf: bytes)
            return true
        }
        return HTTPResponse(status: head.status, headers: head.headers, body: body)
    }

    /// Sends a request and gives the answer's bytes as they come.
    ///
    /// - Parameter receive: takes some of the bytes; says whether more are wanted. Where not, the answer is given up,
    ///   which is an error.
    /// - Returns: the answer without its body.
    public func send(
        _ request: HTTPRequest, receive: (UnsafeRawBufferPointer) -> Bool
    ) throws(HTTPFailure) -> HTTPResponse {
        guard let url = HTTPURL(request.url) else {
            // What stands before an '@' may be a password.
            let plain = request.url.split(separator: "@").last.map(String.init) ?? ""
            throw HTTPFailure(kind: .invalidURL, url: plain, reason: "this is no address of HTTP")
        }
        guard let library = CurlLibrary.shared, let handle = take(library.functions) else {
            throw HTTPFailure(kind: .noLibrary, url: url.plain, reason: "this machine has no libcurl")
        }
        var head: HTTPResponse?
        var failure: HTTPFailure?
        withoutActuallyEscaping(receive) { receive in
            let transfer = CurlTransfer(library.functions, handle.pointer, receive: receive)
            do throws(HTTPFailure) {
                head = try transfer.perform(request, url)
            } catch {
                failure = error
            }
        }
        give(back: handle, library.functions)
        if let failure { throw failure }
        return head ?? HTTPResponse(status: 0, headers: [], body: [])
    }

    private func take(_ curl: curl_functions) -> Handle? {
        idle.withLock { $0.popLast() } ?? curl.easy_init().map(Handle.init)
    }

    private func give(back handle: Handle, _ curl: curl_functions) {
        // Forgets the request and keeps the connection.
        curl.easy_reset(handle.pointer)
        idle.withLock { $0.append(handle) }
    }
}

/// The library, loaded when it is first asked for.
struct CurlLibrary: Sendable {
    nonisolated(unsafe) let functions: curl_functions

    static let shared = CurlLibrary()

    private init?() {
        guard let library = SharedLibrary(SharedLibrary.curlNames) else { return nil }
        var functions = curl_functions()
        guard curl_functions_load(&functions, library.handle, { SharedLibrary.symbol($0, $1) }) == nil,
            functions.global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
        else { return nil }
        self.functions = functions
    }
}
