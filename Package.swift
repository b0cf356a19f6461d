// swift-tools-version: 6.2
import PackageDescription

// The targets are the layers of the house; arrows point down only, and SwiftPM refuses cycles.
// docs/internals.md says what lives where.

let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Spans of buffers that a class owns need lifetime annotations, and `Cell` is made of raw layout;
/// both are confined to `Bytes`.
let lifetimes: [SwiftSetting] = [
  .enableExperimentalFeature("Lifetimes"),
  .enableExperimentalFeature("RawLayout"),
  .enableExperimentalFeature("BuiltinModule"),
]

let package = Package(
  name: "portico",
  products: [
    .executable(name: "portico", targets: ["portico"]),
    // For Benchmarks/ and Fuzz/, which are packages of their own.
    .library(
      name: "PorticoCodecs", targets: ["Bytes", "HTTPSemantics", "HTTP1", "HPACK", "HTTP2"]),
    .library(name: "PorticoConfiguration", targets: ["Addressing", "Configuration"]),
    .library(name: "PorticoNames", targets: ["Addressing", "Names"]),
    .library(name: "PorticoTables", targets: ["Balancing", "Proxy"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
  ],
  targets: [
    .executableTarget(
      name: "portico",
      dependencies: [
        "Addressing", "Daemon", "Configuration", "Proxy", "System",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: house),
    .target(
      name: "Daemon",
      dependencies: [
        "Addressing", "Bytes", "Configuration", "EventLoop", "HTTP1", "HTTPSemantics", "Metrics",
        "Names",
        "Proxy", "System", "TLS", .product(name: "Logging", package: "swift-log"),
      ],
      exclude: ["Admin/live.html"], swiftSettings: house),
    .target(
      name: "Proxy",
      dependencies: [
        "Addressing", "Balancing", "Bytes", "Configuration", "EventLoop", "HPACK", "HTTP1", "HTTP2",
        "HTTPSemantics", "Names", "TLS",
      ],
      swiftSettings: house),
    .target(name: "Balancing", dependencies: ["Bytes"], swiftSettings: house),
    .target(name: "Metrics", dependencies: ["Bytes"], swiftSettings: house),
    .target(name: "Names", dependencies: ["Addressing"], swiftSettings: house),
    .target(
      name: "Configuration", dependencies: ["Addressing", "Bytes", "HTTPSemantics"],
      swiftSettings: house),
    .target(name: "HTTP1", dependencies: ["Bytes", "HTTPSemantics"], swiftSettings: house),
    .target(name: "HPACK", dependencies: ["Bytes", "HTTPSemantics"], swiftSettings: house),
    .target(
      name: "HTTP2", dependencies: ["Bytes", "HPACK", "HTTPSemantics"], swiftSettings: house),
    .target(name: "HTTPSemantics", dependencies: ["Bytes"], swiftSettings: house),
    .target(
      name: "EventLoop", dependencies: ["Addressing", "Bytes", "CLinux", "TLS"],
      swiftSettings: house),
    .target(
      name: "System", dependencies: ["Addressing", "CAres", "CLinux", "Names"],
      swiftSettings: house),
    .target(name: "Addressing", dependencies: ["Bytes"], swiftSettings: house),
    .target(name: "Bytes", swiftSettings: house + lifetimes),
    .target(name: "TLS", dependencies: ["Bytes", "COpenSSL"], swiftSettings: house),
    .target(name: "CLinux"),
    .systemLibrary(name: "CAres"),
    .systemLibrary(name: "COpenSSL"),

    .testTarget(
      name: "AddressingTests", dependencies: ["Addressing", "Bytes"], swiftSettings: house),
    .testTarget(
      name: "BalancingTests", dependencies: ["Balancing", "Bytes", "TestSupport"],
      swiftSettings: house),
    .testTarget(
      name: "BytesTests", dependencies: ["Bytes", "CodecTestSupport", "TestSupport"],
      swiftSettings: house),
    .testTarget(
      name: "ConfigurationTests", dependencies: ["Addressing", "Configuration"],
      swiftSettings: house),
    .testTarget(
      name: "DaemonTests",
      dependencies: [
        "Addressing", "Bytes", "Configuration", "Daemon", "EventLoop", "HTTPSemantics",
        "LoopTestSupport", "Metrics", "Names", "Proxy", "System", "TLS", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: house),
    .testTarget(
      name: "MetricsTests", dependencies: ["Bytes", "Metrics"], swiftSettings: house),
    .testTarget(
      name: "HTTPSemanticsTests", dependencies: ["Bytes", "CodecTestSupport", "HTTPSemantics"],
      swiftSettings: house),
    .testTarget(
      name: "HTTP1Tests",
      dependencies: ["Bytes", "CMallocCounter", "CodecTestSupport", "HTTP1", "HTTPSemantics"],
      swiftSettings: house),
    .testTarget(
      name: "HPACKTests",
      dependencies: [
        "Bytes", "CMallocCounter", "CodecTestSupport", "HPACK", "HTTPSemantics", "TestSupport",
      ],
      exclude: ["Fixtures"], swiftSettings: house),
    .testTarget(
      name: "HTTP2Tests",
      dependencies: [
        "Bytes", "CMallocCounter", "CodecTestSupport", "HPACK", "HTTP2", "HTTPSemantics",
      ],
      swiftSettings: house),
    .testTarget(
      name: "EventLoopTests",
      dependencies: ["Addressing", "Bytes", "EventLoop", "LoopTestSupport", "TLS", "TestSupport"],
      swiftSettings: house),
    .testTarget(
      name: "ProxyTests",
      dependencies: [
        "Addressing", "Balancing", "Bytes", "CMallocCounter", "CodecTestSupport", "Configuration",
        "EventLoop", "HTTP1", "HTTPSemantics", "LoopTestSupport", "Names", "Proxy", "TLS",
        "TestSupport",
      ],
      swiftSettings: house),
    .testTarget(
      name: "TLSTests", dependencies: ["Bytes", "COpenSSL", "TLS"], swiftSettings: house),
    .testTarget(
      name: "NamesTests", dependencies: ["Addressing", "Names"], swiftSettings: house),
    .testTarget(
      name: "SystemTests", dependencies: ["Addressing", "Names", "System", "TestSupport"],
      swiftSettings: house),
    .target(
      name: "CodecTestSupport", path: "Tests/CodecTestSupport", swiftSettings: house),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
    .target(
      name: "LoopTestSupport", dependencies: ["EventLoop"], path: "Tests/LoopTestSupport",
      swiftSettings: house),
    // Counts heap allocations by standing in for malloc, so only tests may link it.
    .target(name: "CMallocCounter", path: "Tests/CMallocCounter"),
  ]
)

// For `scripts/check`: every warning is an error. A plain clone must build on the next toolchain
// too.
if Context.environment["PORTICO_STRICT"] != nil {
  for target in package.targets {
    target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
