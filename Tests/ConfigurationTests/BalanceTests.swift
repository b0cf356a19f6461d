import Testing

@testable import Configuration

@Suite("How requests are divided")
struct BalanceTests {
  private func problems(_ cluster: String) -> [String] {
    load(document(cluster)).lines.map { line in
      // Without file, line and column.
      line.split(separator: ":", maxSplits: 3).last.map { String($0.dropFirst()) } ?? ""
    }
  }

  private func document(_ cluster: String) -> String {
    #"{"listeners":{"l":{"bind":"*:80"}},"clusters":{"a":{\#(cluster)}}}"#
  }

  private func cluster(_ text: String) throws -> ClusterConfig {
    let result = load(document(text))
    #expect(result.lines == [])
    return try #require(result.snapshot?.routing.clusters.first)
  }

  private static let two = #""subclusters":{"e":{"backends":["a:1"]},"w":{"backends":["b:1"]}}"#

  @Test("absent, everything goes in turn by weight")
  func defaults() throws {
    let config = try cluster(#""backends":["a:1"]"#)
    #expect(config.balance == BalanceConfig() && config.split == BalanceConfig())
    #expect(config.spillBelow == 0 && config.prefer == nil && config.sticky == nil)
  }

  @Test("a policy is a word", arguments: BalanceConfig.Policy.allCases.filter { $0 != .hash })
  func words(policy: BalanceConfig.Policy) throws {
    for text in [#""\#(policy.rawValue)""#, #"{"policy":"\#(policy.rawValue)"}"#] {
      let config = try cluster(#""backends":["a:1"],"balance":\#(text)"#)
      #expect(config.balance == BalanceConfig(policy: policy))
    }
  }

  @Test(
    "a hash has a key",
    arguments: [
      (#""client_address""#, BalanceConfig.Key.clientAddress), (#""path""#, .path),
      (#"{"header":"X-User"}"#, .header("x-user")), (#"{"cookie":"SID"}"#, .cookie("SID")),
      (#"{"query":"user id"}"#, .query("user id")),
    ])
  func keys(text: String, key: BalanceConfig.Key) throws {
    let config = try cluster(
      #""balance":{"policy":"hash","key":\#(text)},"split":{"policy":"hash","key":\#(text)},"#
        + Self.two)
    #expect(config.balance.policy == .hash && config.balance.key == key)
    #expect(config.split.policy == .hash && config.split.key == key)
  }

  @Test(
    "a bound is a factor with two decimals",
    arguments: [("1.25", 125), ("1.5", 150), ("2", 200), ("10.00", 1000), ("1.05", 105), ("0", 0)])
  func bounds(text: String, percent: Int) throws {
    let config = try cluster(
      #""backends":["a:1"],"balance":{"policy":"hash","key":"path","load_bound":\#(text)}"#)
    #expect(config.balance.loadBound == percent)
  }

  @Test("a sticky session has a cookie and a secret, in the configuration or in a file")
  func sticky() throws {
    let config = try cluster(
      #""backends":["a:1"],"sticky":{"cookie":"at","secret":"0123456789abcdef"}"#)
    #expect(config.sticky == StickyConfig(cookie: "at", secret: .text("0123456789abcdef")))
    let other = try cluster(
      #""backends":["a:1"],"sticky":{"cookie":"at","secret_file":"s.key","lifetime":"1h","#
        + #""path":"/shop","same_site":"none"}"#)
    guard case .file(let file)? = other.sticky?.secret else {
      Issue.record("no file")
      return
    }
    #expect(file.path == "s.key" && other.sticky?.lifetime == .seconds(3600))
    #expect(other.sticky?.path == "/shop" && other.sticky?.sameSite == StickyConfig.SameSite.none)
  }

  @Test("subclusters have priorities, one may be preferred, and one may refuse its share")
  func subclusters() throws {
    let config = try cluster(
      #""subclusters":{"e":{"backends":["a:1"]},"w":{"priority":1,"backends":["b:1"]},"#
        + #""sink":{"weight":5,"refuse":429}},"prefer":"e","spill_below":70"#)
    #expect(config.subclusters.map(\.priority) == [0, 1, 0])
    #expect(config.subclusters.map(\.refuse) == [nil, nil, 429])
    #expect(config.prefer == "e" && config.spillBelow == 70)
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    let text: String
    let problems: [String]

    init(_ text: String, _ problems: String...) {
      (self.text, self.problems) = (text, problems)
    }

    var testDescription: String { text }
  }

  private static let one = #""backends":["a:1"],"#
  private static let path = "clusters.a"

  static let wrong = [
    Wrong(
      one + #""balance":"round_robin""#,
      path + ".balance: expected one of weighted_round_robin, least_requests, two_choices, "
        + "peak_ewma, hash, found \"round_robin\""),
    Wrong(
      one + #""balance":5"#,
      path + ".balance: expected a policy or an object with \"policy\", found 5"),
    Wrong(one + #""balance":{}"#, path + ".balance: the key \"policy\" is required"),
    Wrong(
      one + #""balance":"hash""#,
      path + ".balance: a hash needs a key: { \"policy\": \"hash\", \"key\": \"client_address\" }"),
    Wrong(
      one + #""balance":{"policy":"hash"}"#,
      path + ".balance: a hash needs a key: { \"policy\": \"hash\", \"key\": \"client_address\" }"),
    Wrong(
      one + #""balance":{"policy":"two_choices","key":"path","load_bound":1.5}"#,
      path + ".balance.key: has no effect with policy two_choices",
      path + ".balance.load_bound: has no effect with policy two_choices"),
    Wrong(
      one + #""balance":{"policy":"hash","key":{"header":"a","cookie":"b"}}"#,
      path + ".balance.key: expected one of header, cookie and query"),
    Wrong(
      one + #""balance":{"policy":"hash","key":{"header":"a b"}}"#,
      path + ".balance.key.header: \"a b\" is no name of a header"),
    Wrong(
      one + #""balance":{"policy":"hash","key":"address"}"#,
      path + ".balance.key: expected \"client_address\", \"path\" or an object with header, cookie "
        + "or query, found a string"),
    Wrong(
      one + #""balance":{"policy":"hash","key":"path","load_bound":1}"#,
      path + ".balance.load_bound: 1 is outside 1.05...10, and 0 for none"),
    Wrong(
      one + #""balance":{"policy":"hash","key":"path","load_bound":1.255}"#,
      path + ".balance.load_bound: expected a number with at most two decimals, found 1.255"),
    Wrong(
      one + #""balance":{"policy":"hash","key":"path","load_bound":"1.25"}"#,
      path + ".balance.load_bound: expected a number such as 1.25, found a string"),
    Wrong(
      two + #","split":"least_requests""#,
      path + ".split: subclusters are chosen by weighted_round_robin or hash"),
    Wrong(
      two + #","split":{"policy":"hash","key":"path","load_bound":2}"#,
      path + ".split.load_bound: has no effect on the choice of subclusters"),
    Wrong(
      one + #""split":"weighted_round_robin""#,
      "warning: " + path + ".split: has no effect with one subcluster"),
    Wrong(one + #""spill_below":0"#, path + ".spill_below: 0 is outside 1...100"),
    Wrong(one + #""spill_below":101"#, path + ".spill_below: 101 is outside 1...100"),
    Wrong(
      two + #","prefer":"ee""#,
      path + ".prefer: there is no subcluster \"ee\""),
    Wrong(
      #""subclusters":{"e":{"backends":["a:1"]},"w":{"weight":0,"backends":["b:1"]}},"prefer":"w""#,
      path + ".prefer: the subcluster has weight 0, which gets nothing"),
    Wrong(
      #""subclusters":{"e":{"backends":["a:1"]},"w":{"priority":1,"backends":["b:1"]}},"prefer":"w""#,
      path + ".prefer: the subcluster has priority 1; what is preferred comes first"),
    Wrong(
      #""subclusters":{"e":{"backends":["a:1"]},"x":{"refuse":503}},"prefer":"x""#,
      path + ".prefer: the subcluster refuses its share"),
    Wrong(
      #""subclusters":{"e":{"backends":["a:1"]},"w":{"priority":2,"backends":["b:1"]}}"#,
      path + ".subclusters: priorities go from 0 upwards without a gap; none has priority 1"),
    Wrong(
      #""subclusters":{"e":{"priority":1,"backends":["a:1"]}}"#,
      path + ".subclusters: priorities go from 0 upwards without a gap; none has priority 0"),
    Wrong(
      #""subclusters":{"e":{"priority":10,"backends":["a:1"]}}"#,
      path + ".subclusters.e.priority: 10 is outside 0...9"),
    Wrong(
      #""subclusters":{"x":{"refuse":503}}"#,
      path + ".subclusters: at least one subcluster needs backends; a route can respond without any"
    ),
    Wrong(
      #""subclusters":{"e":{"backends":["a:1"]},"x":{"refuse":200}}"#,
      path + ".subclusters.x.refuse: 200 is outside 400...599"),
    Wrong(
      #""subclusters":{"e":{"backends":["a:1"]},"x":{"refuse":503,"priority":1,"backends":["b:1"]}}"#,
      path
        + ".subclusters.x.priority: has no effect on what is refused, which is the same share always",
      path + ".subclusters.x.backends: a subcluster has backends, or refuses its share; not both"),
    Wrong(
      one + #""sticky":{}"#, path + ".sticky: the key \"cookie\" is required",
      path + ".sticky: one of the keys \"secret\" and \"secret_file\" is required"),
    Wrong(
      one + #""sticky":{"cookie":"a b","secret":"short","path":"x"}"#,
      path + ".sticky.cookie: \"a b\" is no name of a cookie",
      path + ".sticky.secret: a secret has at least 16 characters, which nobody can guess",
      path + ".sticky.path: expected a path that begins with \"/\""),
    Wrong(
      one + #""sticky":{"cookie":"a","secret":"0123456789abcdef","secret_file":"x"}"#,
      path + ".sticky.secret: has no place beside secret_file"),
    Wrong(
      one + #""sticky":{"cookie":"a","secret":"0123456789abcdef","lifetime":"0s"}"#,
      path + ".sticky.lifetime: 0s is outside 1s...168h"),
    Wrong(
      one
        + #""balance":{"policy":"hash","key":"path"},"sticky":{"cookie":"a","secret":"0123456789abcdef"}"#,
      path + ".sticky: with policy hash the request says where it goes, not the session"),
  ]

  @Test("contradictions are refused, with their place and the reason", arguments: wrong)
  func refused(_ item: Wrong) {
    #expect(Set(problems(item.text)) == Set(item.problems))
  }
}
