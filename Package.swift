// swift-tools-version: 6.2

import PackageDescription

/// One strictness for every module: Swift 6 mode, explicit existentials and imports, no warning let through.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    // Columns are read and written by loops over their buffers; checking every access for overlap at run time costs a
    // third of the time there. Debug builds and tests keep the checks.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// A library module and its dependencies; arrows point down the list of `modules` only.
func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies, swiftSettings: strict)
}

let modules: [Target] = [
    .systemLibrary(
        name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    module("Platform"),
    module("Diagnostics"),
    module("DataModel", "Diagnostics"),
    module("Expressions", "Diagnostics", "DataModel", "CPCRE2"),
    module("PipelineSpec", "Diagnostics", "Platform", .product(name: "Yams", package: "Yams")),
    module("Planning", "Diagnostics", "DataModel", "Expressions", "PipelineSpec", "Platform"),
    // The workers' Python, embedded by the C compiler.
    .target(name: "CWorkerPrograms", exclude: ["python"]),
    module("Workers", "Diagnostics", "DataModel", "Planning", "Platform", "CWorkerPrograms"),
    module("Engine", "Diagnostics", "DataModel", "Expressions", "Planning", "Workers", "Platform"),
    module(
        "Connectors", "Diagnostics", "DataModel", "Planning", "Workers", "Engine", "Platform", "CZlib",
        "CZstd"),
    module("Translation", "Diagnostics", "DataModel", "Expressions", "Planning"),
    .systemLibrary(
        name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    module("Projects", "Diagnostics", "DataModel", "PipelineSpec", "Platform", "CSQLite"),
    // Only libcurl's header: the library itself is loaded when it is first needed.
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    // What runs inside the engines, embedded by the C compiler.
    .target(name: "CEnginePrograms", exclude: ["java"]),
    module(
        "Deployment", "Diagnostics", "DataModel", "Planning", "Workers", "Connectors", "Platform", "Projects",
        "Translation", "CCurl", "CEnginePrograms"),
    .executableTarget(
        name: "beamstack",
        dependencies: [
            "Connectors", "DataModel", "Deployment", "Diagnostics", "Engine", "Expressions", "PipelineSpec", "Planning",
            "Platform", "Projects", "Translation", "Workers",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ],
        swiftSettings: strict),
]

let package = Package(
    name: "beamstack",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "beamstack", targets: ["beamstack"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: modules + [
        tests("Diagnostics"),
        tests("DataModel", "Diagnostics"),
        tests("Expressions", "Diagnostics", "DataModel"),
        tests("PipelineSpec", "Diagnostics"),
        tests("Planning", "Diagnostics", "DataModel", "Expressions", "PipelineSpec"),
        tests("Workers", "Diagnostics", "DataModel", "Planning", "Platform"),
        tests("Engine", "Diagnostics", "DataModel", "Planning", "Workers", "Platform"),
        tests("Connectors", "Diagnostics", "DataModel", "Engine", "Planning", "Platform"),
        tests("Translation", "Diagnostics", "DataModel", "Expressions", "PipelineSpec", "Planning"),
        tests("Projects", "Diagnostics", "Platform"),
        tests("Deployment", "CEnginePrograms", "Diagnostics", "DataModel", "Planning", "Platform", "Translation"),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "beamstack", "Connectors", "Deployment", "Diagnostics", "Engine", "PipelineSpec", "Planning",
                "Platform", "Projects", "Translation", "Workers",
            ],
            swiftSettings: strict),
    ]
)
