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
      dependencies: ["CMallocCounter", .product(name: "PorticoCodecs", package: "portico")],
      swiftSettings: house),
    // The same counter that the tests link.
    .target(name: "CMallocCounter"),
  ]
)
