import CCurl
import Platform

/// One request on its way, and what comes back.
final class CurlTransfer {
    private var curl: curl_functions
    private let handle: UnsafeMutableRawPointer
    private let receive: (UnsafeRawBufferPointer) -> Bool
    private var headers: [(name: String, value: String)] = []
    private var isRefused = false

    init(
        _ curl: curl_functions, _ handle: UnsafeMutableRawPointer, receive: @escaping (UnsafeRawBufferPointer) -> Bool
    ) {
        self.curl = curl
        self.handle = handle
        self.receive = receive
    }

    func perform(_ request: HTTPRequest, _ url: HTTPURL) throws(HTTPFailure) -> HTTPResponse {
        set(CURLOPT_URL, url.plain)
        set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        if request.method == .head { set(CURLOPT_NOBODY, 1) }
        // Signals belong to the program; without this curl would use one to end the resolving of names.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, request.connectLimit)
        set(CURLOPT_TIMEOUT_MS, request.timeLimit)
        if url.isLoopback { set(CURLOPT_PROXY, "") }
        // Curl's own command heeds the variable, the library does not.
        if let file = request.certificates ?? Environment["SSL_CERT_FILE"], !file.isEmpty { set(CURLOPT_CAINFO, file) }
        set(request.credentials ?? url.credentials)
        let list = headerList(request)
        defer { curl.slist_free_all(list) }
        curl_set_pointer(&curl, handle, CURLOPT_HTTPHEADER, list)

        let context = Unmanaged.passUnretained(self).toOpaque()
        curl_set_receiver(&curl, handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
        curl_set_pointer(&curl, handle, CURLOPT_WRITEDATA, context)
        curl_set_receiver(&curl, handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            transfer.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }
        curl_set_pointer(&curl, handle, CURLOPT_HEADERDATA, context)

        let code = withExtendedLifetime(self) { performBody(request) }
        if code != CURLE_OK { throw failure(code, url) }
        return HTTPResponse(
            status: Int(curl_number(&curl, handle, CURLINFO_RESPONSE_CODE)), headers: headers, body: [])
    }

    // MARK: What is sent

    private func performBody(_ request: HTTPRequest) -> CURLcode {
        switch request.body {
        case nil:
            // Only with a body, if an empty one, curl says how long it is, which servers want to know.
            if [.post, .put, .patch].contains(request.method) {
                curl_set_text(&curl, handle, CURLOPT_COPYPOSTFIELDS, "")
            }
            return curl.easy_perform(handle)
        case .bytes(let bytes, _):
            return bytes.withUnsafeBytes { content in
                curl_set_size(&curl, handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(content.count))
                // No bytes have no address, and without one curl would ask a callback for them.
                if let start = content.baseAddress {
                    curl_set_pointer(&curl, handle, CURLOPT_POSTFIELDS, start)
                } else {
                    curl_set_text(&curl, handle, CURLOPT_COPYPOSTFIELDS, "")
                }
                return curl.easy_perform(handle)
            }
        case .form(let parts):
            guard let form = curl.mime_init(handle) else { return CURLE_OUT_OF_MEMORY }
            defer { curl.mime_free(form) }
            for part in parts {
                let code = add(part, to: form)
                if code != CURLE_OK { return code }
            }
            curl_set_pointer(&curl, handle, CURLOPT_MIMEPOST, UnsafeRawPointer(form))
            return curl.easy_perform(handle)
        }
    }

    private func add(_ part: HTTPRequest.Part, to form: OpaquePointer) -> CURLcode {
        guard let field = curl.mime_addpart(form) else { return CURLE_OUT_OF_MEMORY }
        var codes = [curl.mime_name(field, part.name)]
        switch part.content {
        case .text(let text):
            codes.append(curl.mime_data(field, text, text.utf8.count))
        case .file(let path, let name, let type):
            codes.append(curl.mime_filedata(field, path))
            codes.append(curl.mime_filename(field, name))
            codes.append(curl.mime_type(field, type))
        }
        return codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private func set(_ option: CURLoption, _ value: String) { curl_set_text(&curl, handle, option, value) }
    private func set(_ option: CURLoption, _ value: Int) { curl_set_number(&curl, handle, option, value) }

    private func set(_ credentials: HTTPCredentials?) {
        switch credentials?.kind {
        case .basic(let user, let password):
            set(CURLOPT_HTTPAUTH, Int(curl_basic()))
            set(CURLOPT_USERNAME, user)
            set(CURLOPT_PASSWORD, password)
        case .bearer(let token):
            set(CURLOPT_HTTPAUTH, Int(curl_bearer()))
            set(CURLOPT_XOAUTH2_BEARER, token)
        case nil: break
        }
    }

    private func headerList(_ request: HTTPRequest) -> UnsafeMutablePointer<curl_slist>? {
        // Flink's server never says that it waits for a body, and curl would wait a second for it.
        var lines = ["Expect:", "User-Agent: beamstack"]
        if case .bytes(_, let type) = request.body { lines.append("Content-Type: \(type)") }
        lines += request.headers.map { "\($0.name): \($0.value)" }
        return lines.reduce(nil) { list, line in curl.slist_append(list, line) ?? list }
    }

    // MARK: What comes

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isRefused = !receive(bytes)
        return !isRefused
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes, as: UTF8.self)
        // Of several answers, such as `100 Continue` before the real one, the last counts.
        if line.hasPrefix("HTTP/") { headers = [] }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...]
        headers.append((String(line[..<colon]), Self.trimmed(value)))
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    // MARK: What goes wrong

    private func failure(_ code: CURLcode, _ url: HTTPURL) -> HTTPFailure {
        func failure(_ kind: HTTPFailure.Kind, _ reason: String) -> HTTPFailure {
            HTTPFailure(kind: kind, url: url.plain, reason: reason)
        }
        let words = curl.easy_strerror(code).map { String(cString: $0).lowercased() } ?? "error \(code.rawValue)"
        switch code {
        case CURLE_COULDNT_CONNECT:
            let cause = SystemError(code: Int32(curl_number(&curl, handle, CURLINFO_OS_ERRNO)), operation: "connect")
            if cause.isConnectionRefused || cause.code == 0 { return failure(.refused, "nobody listens there") }
            return failure(.unreachable, cause.reason)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return failure(.unresolved, "the name '\(url.host)' has no address")
        case CURLE_OPERATION_TIMEDOUT: return failure(.timedOut, "there is no answer in time")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            return failure(.tls, words)
        case CURLE_WRITE_ERROR where isRefused: return failure(.tooLong, "the answer is longer than expected")
        case CURLE_READ_ERROR: return failure(.unreadable, "what should be sent cannot be read")
        case CURLE_URL_MALFORMAT: return failure(.invalidURL, "this is no address of HTTP")
        default: return failure(.other, words)
        }
    }
}
