// swift-tools-version: 6.2
import PackageDescription

// A package of its own: what fuzzing needs stays out of the daemon's graph. README.md says how to
// run it.

let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func fuzzer(_ name: String, in folder: String, of product: String = "PorticoCodecs") -> Target {
  .executableTarget(
    name: name,
    dependencies: ["FuzzSupport", .product(name: product, package: "portico")],
    path: "Sources/\(folder)", swiftSettings: house)
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "portico", path: "..")],
  targets: [
    fuzzer("request-head", in: "RequestHeadFuzzer"),
    fuzzer("response-head", in: "ResponseHeadFuzzer"),
    fuzzer("chunked", in: "ChunkedFuzzer"),
    fuzzer("request-target", in: "RequestTargetFuzzer"),
    fuzzer("field-block", in: "FieldBlockFuzzer"),
    fuzzer("frames", in: "FrameFuzzer"),
    fuzzer("field-values", in: "FieldValueFuzzer", of: "PorticoTables"),
    fuzzer("addresses", in: "AddressFuzzer", of: "PorticoConfiguration"),
    fuzzer("configuration", in: "ConfigurationFuzzer", of: "PorticoConfiguration"),
    fuzzer("names", in: "NameFuzzer", of: "PorticoNames"),
    .target(name: "CLibFuzzer"),
    .target(name: "FuzzSupport", dependencies: ["CLibFuzzer"], swiftSettings: house),
  ]
)
