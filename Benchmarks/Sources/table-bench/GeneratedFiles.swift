import Configuration

/// One large configuration, in memory.
struct GeneratedFiles: FileSource {
  private let octets: [UInt8]

  init(routes: Int, clusters: Int) {
    var text = #"{ "listeners": { "web": { "bind": "*:8080" } },"# + "\n\"routes\": [\n"
    for index in 0..<routes {
      text += """
          { "name": "route-\(index)", "hosts": ["site-\(index).example", "*.site-\(index).example"],
            "path": "/api/*", "cluster": "cluster-\(index % clusters)" },

        """
    }
    text += "],\n\"clusters\": {\n"
    for index in 0..<clusters {
      let address = "10.\(index / 250).\(index % 250)"
      text += """
          "cluster-\(index)": { "subclusters": {
            "east": { "weight": 70, "backends": ["\(address).1:8080", "\(address).2:8080"] },
            "west": { "weight": 30, "backends": [{ "address": "\(address).3:8080", "weight": 3 }] } } },

        """
    }
    octets = Array((text + "} }\n").utf8)
  }

  func read(_ path: String) throws(FileError) -> [UInt8] { octets }

  func paths(matching glob: String) -> [String] { [] }
}
