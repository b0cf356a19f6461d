import TestSupport
import Testing

@testable import Balancing

@Suite("Accounts of a round robin")
struct AccountsTests {
  @Test(
    "the first of those who have most is found, as when they are looked at one by one",
    arguments: [1, 2, 7, 8, 9, 16, 17, 100])
  func plainly(count: Int) {
    var random = SplitMix(state: UInt64(count))
    func upTo(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
    var accounts = Accounts(count: count)
    var plain = [(balance: Int, earning: Int)](repeating: (0, 0), count: count)
    for _ in 0..<2000 {
      if upTo(4) == 0 || plain.allSatisfy({ $0.earning == 0 }) {
        let changed = upTo(count)
        if plain[changed].earning > 0 { plain[changed].balance = accounts[changed] }
        plain[changed].earning = upTo(3) == 0 ? 0 : 100 * (1 + upTo(3))
        if plain[changed].earning > 0 {
          accounts.open(
            changed, balance: plain[changed].balance, earning: plain[changed].earning)
        } else {
          accounts.close(changed)
        }
      }
      let total = plain.reduce(0) { $0 + $1.earning }
      if total > 0 { #expect(accounts.payDay(total) == payDay(&plain, total)) }
    }
  }

  private func payDay(_ accounts: inout [(balance: Int, earning: Int)], _ price: Int) -> Int? {
    var best: Int?
    for index in accounts.indices where accounts[index].earning > 0 {
      accounts[index].balance += accounts[index].earning
      if accounts[index].balance > best.map({ accounts[$0].balance }) ?? .min { best = index }
    }
    if let best { accounts[best].balance -= price }
    return best
  }
}
