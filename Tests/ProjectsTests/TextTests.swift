import Diagnostics
import Testing

@testable import Projects

/// Names, secrets, causes, sizes: what is read out of texts.
struct TextTests {
    @Test(arguments: [
        ("orders", "orders"), ("Orders Summary", "orders-summary"), ("", "job"), ("é!", "job"), ("--a--b--", "a-b"),
        ("a-very-long-name-of-a-pipeline-that-goes-on", "a-very-long-name-of-a"),
        ("averyveryverylongnamewithoutanyend", "averyveryverylongnamewit"),
    ])
    func identifiersAreTypeable(_ name: String, _ stem: String) {
        #expect(JobIdentifier.stem(of: name) == stem)
        let id = JobIdentifier.make(for: name)
        #expect(id.hasPrefix(stem + "-") && id.count == stem.count + 5)
    }

    @Test(arguments: [
        "password", "db_password", "apiKey", "API-KEY", "access_key", "GITHUB_TOKEN", "client.secret", "authToken",
    ])
    func secretsAreKnownByTheirNames(_ name: String) { #expect(Secrets.isSecret(name: name)) }

    @Test(arguments: ["key", "shop", "monkey", "passenger", "tokens_per_minute", "keyboard", "primary_key", "path"])
    func otherNamesAreNoSecrets(_ name: String) { #expect(!Secrets.isSecret(name: name)) }

    @Test(arguments: [
        "postgresql://ada:geheim@db/x", "Server=x;Password=y", #"{"user": "a", "password": "b"}"#,
        #"[{"url": "https://a:b@c"}]"#, "AccountKey=abc==",
    ])
    func secretsAreKnownByTheirValues(_ value: String) {
        #expect(JobOptions.Variable("x", text: value).value == .withheld)
    }

    @Test func otherValuesAreKept() {
        #expect(JobOptions.Variable("x", text: "https://a.example/b:c@d").value == .text("https://a.example/b:c@d"))
        #expect(JobOptions.Variable("x", text: #"{"shop": "Market"}"#).value == .text(#"{"shop": "Market"}"#))
    }

    @Test func restartingNeedsTheSecretsAgain() throws {
        var job = JobRecord.example("orders", state: .failed)
        job.options = JobOptions(
            variables: [.init("shop", .text("a b")), .init("rows", .file("/r.json")), .init("token", .withheld)],
            workers: 3, memory: 5_000_000)
        let problem = #expect(throws: Diagnostic.self) { try job.restartArguments() }
        #expect(problem?.code == .jobNotRestartable)
        let arguments = try job.restartArguments(supplied: ["token=x=y", "shop=c"])
        #expect(
            arguments == [
                "run", "orders.yaml", "--set-file", "rows=/r.json", "--set", "token=x=y", "--set", "shop=c",
                "--workers", "3", "--memory", "5000000B", "--target", "local",
            ])
    }

    @Test(arguments: [
        ("a.b.CException: no\n\tat x", "CException: no"),
        ("x\nCaused by: a.B$C: one\n  two\n\tat y\n", "C: one\ntwo"),
        ("x\n  File \"f.py\", line 3\nValueError: bad 1\n\tat org.x\nCaused by: a.B: c", "ValueError: bad 1"),
        ("org.x.Y: beamstack: line 12: no such table\n\tat z", "line 12: no such table"),
        ("", "no reason was given"), ("plain words", "plain words"),
        ("a.b.NullPointerException", "NullPointerException"), ("http://x: refused", "http://x: refused"),
    ])
    func causesAreFound(_ exception: String, _ cause: String) {
        #expect(FailureCause(of: exception).message == cause)
    }

    @Test func theStepThatAnExceptionNamesIsTheLongestThatFits() {
        let steps = ["Parse", "Parse rows", "Pars"].map { JobStep(name: $0, transform: "T") }
        #expect(FailureCause(of: "in Calc(Parse rows)", steps: steps).step?.name == "Parse rows")
        #expect(FailureCause(of: "in Parser", steps: steps).step == nil)
    }

    @Test(arguments: [
        ("512MB", 512_000_000), ("2GiB", 2 << 30), ("1.5 gb", 1_500_000_000), ("3G", 3 << 30), ("2097152", 2_097_152),
    ])
    func sizesAreRead(_ text: String, _ bytes: Int) { #expect(ByteSize.bytes(of: text) == bytes) }

    @Test(arguments: ["", "MB", "-1GB", "1XB", "100", "nanGB", "infGB", "9999999TB", "1e999MB"])
    func otherSizesAreNot(_ text: String) { #expect(ByteSize.bytes(of: text) == nil) }

    @Test func variablesAreReadLate() throws {
        let text = try SecretText(parsing: "https://ci:${env:TOKEN}@h/$${x}", at: nil)
        #expect(text.description == "https://ci:${env:TOKEN}@h/$${x}")
        #expect(try text.resolved { $0 == "TOKEN" ? "geheim" : nil } == "https://ci:geheim@h/${x}")
        #expect(!"\(text) \(String(reflecting: text))".contains("geheim"))
        #expect(throws: Diagnostic.self) { try text.resolved { _ in nil } }
    }

    @Test func tablesDoNotSteerTerminals() {
        var table = TextTable([.left, .right])
        table.add(["a\u{1B}[2J", "1"])
        table.add(["é", "100"])
        #expect(table.text == "a\u{FFFD}[2J    1\né      100\n")
    }

    @Test func quantitiesAreReadable() {
        #expect(Quantities.count(-1_234_567) == "-1,234,567")
        #expect(Quantities.moment(1_795_435_776_741_144) == "2026-11-23 12:09:36 UTC")
        #expect(Quantities.rate(3000, in: 1_500_000) == "2,000/s")
        #expect(Quantities.span(1_500_000) == "1.5 s")
        #expect(Quantities.age(0, now: 100_000_000) == "100 s ago")
    }

    @Test func codesAreExplained() {
        let codes = DiagnosticCode.projectCodes
        #expect(Set(codes.map(\.id)).count == codes.count)
        #expect(codes.allSatisfy { !$0.summary.isEmpty && $0.explanation.utf8.count > 60 })
    }
}
