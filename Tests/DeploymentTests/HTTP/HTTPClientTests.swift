import Diagnostics
import Foundation
import Platform
import Testing

@testable import Deployment

@Suite(.enabled(if: TestServer.isPossible, "there is no python3"))
struct HTTPClientTests {
    private let client = HTTPClient()

    @Test func whatIsSentArrives() throws {
        let server = try TestServer()
        var request = HTTPRequest(
            .patch, server.url("/there?q=1"), headers: [("X-Word", "é")], body: .bytes(Array("{}".utf8), type: "a/b"))
        request.credentials = .basic(user: "it", password: "pa:ss@")
        let response = try client.send(request)
        let told = try #require(response.json)
        #expect(response.status == 200)
        #expect(response.header("x-test") == "spaced")
        #expect(told["method"]?.string == "PATCH")
        #expect(told["path"]?.string == "/there?q=1")
        #expect(told["body"]?.string == "{}")
        #expect(told["headers"]?["Content-Type"]?.string == "a/b")
        #expect(told["headers"]?["Authorization"]?.string == "Basic " + Data("it:pa:ss@".utf8).base64EncodedString())
        #expect(told["headers"]?["Expect"] == nil)
    }

    @Test func aTokenIsSent() throws {
        let server = try TestServer()
        let request = HTTPRequest(.get, server.url("/"), credentials: .bearer("t0k"))
        #expect(try client.send(request).json?["headers"]?["Authorization"]?.string == "Bearer t0k")
    }

    @Test func credentialsOfTheAddressAreSentAndNotShown() throws {
        let server = try TestServer()
        let url = server.url("/").replacing("http://", with: "http://me:%70w%40@")
        let told = try client.send(HTTPRequest(.get, url)).json
        #expect(told?["headers"]?["Authorization"]?.string == "Basic " + Data("me:pw@".utf8).base64EncodedString())
        let failure = #expect(throws: HTTPFailure.self) {
            try client.send(HTTPRequest(.get, "http://me:pw@127.0.0.1:9/x"))
        }
        #expect(failure?.url == "http://127.0.0.1:9/x")
        var text = ""
        dump(HTTPRequest(.get, "http://h", credentials: .bearer("t0ken")), to: &text)
        #expect(!text.contains("t0ken"))
        #expect("\(HTTPCredentials.basic(user: "u", password: "p"))" == "***")
    }

    /// Servers that are not told how long a body is refuse it.
    @Test(arguments: [HTTPRequest.Method.post, .put, .patch])
    func noBodyIsAnEmptyOne(_ method: HTTPRequest.Method) throws {
        let server = try TestServer()
        for body in [nil, HTTPRequest.Body.bytes([], type: "text/plain")] {
            let told = try client.send(HTTPRequest(method, server.url("/"), body: body)).json
            #expect(told?["method"]?.string == method.rawValue)
            #expect(told?["headers"]?["Content-Length"]?.string == "0")
        }
    }

    @Test func aFileGoesAsPartOfAForm() throws {
        let server = try TestServer()
        let path = NSTemporaryDirectory() + "beamstack-http-\(UUID().uuidString)"
        try OpenFile.write(Array("some\u{0}bytes".utf8), to: path)
        defer { try? FileSystem.remove(path) }
        let parts = [
            HTTPRequest.Part("note", .text("hello")),
            HTTPRequest.Part("jarfile", .file(path: path, name: "a.jar", type: "application/x-java-archive")),
        ]
        let body = try client.send(HTTPRequest(.post, server.url("/"), body: .form(parts))).json?["body"]?.string
        #expect(body?.contains("name=\"jarfile\"; filename=\"a.jar\"\r\nContent-Type: application/x-java-arch") == true)
        #expect(body?.contains("\r\n\r\nsome\u{0}bytes\r\n") == true)
        #expect(body?.contains("hello") == true)
        let failure = #expect(throws: HTTPFailure.self) {
            let absent = HTTPRequest.Part("f", .file(path: path + "-absent", name: "a", type: "b"))
            return try client.send(HTTPRequest(.post, server.url("/"), body: .form([absent])))
        }
        #expect(failure?.kind == .unreadable)
    }

    @Test(arguments: [204, 302, 404, 500])
    func everyStatusIsAnAnswer(_ status: Int) throws {
        let server = try TestServer()
        let response = try client.send(HTTPRequest(.head, server.url("/status/\(status)")))
        #expect(response.status == status)
        #expect(response.body.isEmpty)
        #expect((response.header("location") != nil) == (status == 302))
    }

    @Test func connectionsAreKept() throws {
        let server = try TestServer()
        for _ in 0..<4 { _ = try client.send(HTTPRequest(.get, server.url("/"))) }
        #expect(try client.send(HTTPRequest(.post, server.url("/"))).json?["connections"]?.int == 1)
    }

    @Test func manyThreadsAskAtOnce() throws {
        let server = try TestServer()
        Threads.concurrently(8) { [client] number in
            for round in 0..<5 {
                let path = "/\(number)/\(round)"
                let told = try? client.send(HTTPRequest(.get, server.url(path))).json?["path"]?.string
                #expect(told == path)
            }
        }
    }

    @Test func longAnswersComeInPartsOrNotAtAll() throws {
        let server = try TestServer()
        var request = HTTPRequest(.get, server.url("/bytes/3000000"))
        #expect(try client.send(request).body.count == 3_000_000)
        request.responseLimit = 2_999_999
        #expect(throws: HTTPFailure.self) { try client.send(request) }
        var count = 0
        let head = try client.send(request) {
            count += $0.count
            return true
        }
        #expect(head.status == 200 && count == 3_000_000)
        let failure = #expect(throws: HTTPFailure.self) { try client.send(request) { _ in false } }
        #expect(failure?.kind == .tooLong)
        // What was given up does not disturb what comes next.
        #expect(try client.send(HTTPRequest(.get, server.url("/bytes/3"))).text == "xxx")
    }

    @Test(.timeLimit(.minutes(1))) func whatDoesNotAnswerIsTold() throws {
        let server = try TestServer()
        func kind(_ url: String) throws -> HTTPFailure.Kind? {
            var request = HTTPRequest(.get, url)
            request.timeLimit = 300
            return #expect(throws: HTTPFailure.self) { try client.send(request) }?.kind
        }
        #expect(try kind(server.url("/slow")) == .timedOut)
        #expect(try kind(server.url("/cut")) == .other)
        #expect(try kind("http://127.0.0.1:9") == .refused)
        #expect(try kind("http://[::1]:9") != nil)
        for url in ["", "nothing", "ftp://127.0.0.1", "http://", "http://a b", "file:///etc/hosts", "http://@"] {
            #expect(try kind(url) == .invalidURL, "\(url)")
        }
        #expect(try kind("https\(server.url("/").dropFirst(4))") == .tls)
    }

    /// A server whose certificate nobody vouches for is not talked to; one that the person vouches for is.
    @Test(.enabled(if: TestServer.hasOpenSSL, "there is no openssl")) func certificatesAreChecked() throws {
        let certificate = try TestServer.Certificate()
        let server = try TestServer(certificate)
        let failure = #expect(throws: HTTPFailure.self) { try client.send(HTTPRequest(.get, server.url("/"))) }
        #expect(failure?.kind == .tls)
        var request = HTTPRequest(.get, server.url("/"))
        request.certificates = certificate.path
        let answer = try client.send(request)
        #expect(answer.json?["path"]?.string == "/")
    }
}

/// A real server in a process of its own, until the last reference goes.
final class TestServer: Sendable {
    private let process: ChildProcess
    private let address: String

    static let python = ["python3", "python"].first { name in
        (try? ChildProcess(name, arguments: ["--version"]))?.wait(milliseconds: 20_000) == .exited(0)
    }
    static let isPossible = python != nil
    static let hasOpenSSL =
        (try? ChildProcess("openssl", arguments: ["version"]))?.wait(milliseconds: 20_000) == .exited(0)

    /// A certificate that this machine's name signs itself.
    final class Certificate: Sendable {
        let path = NSTemporaryDirectory() + "beamstack-certificate-\(UUID().uuidString).pem"

        init() throws {
            let arguments = [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", path + ".key", "-out", path,
                "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            ]
            let tool = try ChildProcess("sh", arguments: ["-c", "exec openssl \"$@\" 2> /dev/null", "sh"] + arguments)
            #expect(tool.wait(milliseconds: 60_000) == .exited(0))
        }

        deinit { for file in [path, path + ".key"] { try? FileSystem.remove(file) } }
    }

    init(_ certificate: Certificate? = nil) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/http_server.py").path
        let port = NSTemporaryDirectory() + "beamstack-port-\(UUID().uuidString)"
        defer { try? FileSystem.remove(port) }
        let files = certificate.map { [$0.path, $0.path + ".key"] } ?? []
        process = try ChildProcess(
            "sh", arguments: ["-c", "exec \"$@\" > '\(port)'", "sh", Self.python ?? "", script] + files)
        var line = ""
        for _ in 0..<500 where !line.hasSuffix("\n") {
            Threads.sleep(milliseconds: 20)
            line = (try? String(contentsOfFile: port, encoding: .utf8)) ?? ""
        }
        let number = try #require(Int(line.dropLast()), "the server does not start")
        address = "\(certificate == nil ? "http" : "https")://127.0.0.1:\(number)"
    }

    deinit { process.kill() }

    func url(_ path: String) -> String { address + path }
}
