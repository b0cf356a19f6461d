// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what measuring needs stays out of the daemon's graph.

let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "portico", path: "..")],
  targets: [
    // The pure codecs: one JSON line per case.
    .executableTarget(
      name: "codec-bench",
      dependencies: ["Measuring", .product(name: "PorticoCodecs", package: "portico")],
      swiftSettings: house),
    // What a configuration is made into: loading it, finding routes, picking backends.
    .executableTarget(
      name: "table-bench",
      dependencies: [
        "Measuring", .product(name: "PorticoCodecs", package: "portico"),
        .product(name: "PorticoConfiguration", package: "portico"),
        .product(name: "PorticoTables", package: "portico"),
      ],
      swiftSettings: house),
    .target(name: "Measuring", dependencies: ["CMallocCounter"], swiftSettings: house),
    // The same counter that the tests link.
    .target(name: "CMallocCounter"),
  ]
)
