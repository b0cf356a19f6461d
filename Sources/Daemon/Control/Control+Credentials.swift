import EventLoop
import Proxy
import System
import TLS

// What certificates and keys need while nobody reloads anything.
extension Control {
  /// How long a key seals session tickets; it opens them for as long again.
  private static let keyTime = Interval.seconds(12 * 3600)
  private static let day = Interval.seconds(86400)

  /// Changes the keys of session tickets, and tells every day of certificates that expire soon.
  func beginCredentialCare() {
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.changeTicketKeys()
    }
    Task.immediate(executorPreference: loop) {
      _ = self
      await self.watchCertificates()
    }
  }

  private func changeTicketKeys() async {
    let point = WaitPoint(on: loop)
    while phase != .stopped {
      _ = await point.wait(until: loop.now + Self.keyTime)
      await service?.workers.rotateTicketKeys()
    }
  }

  private func watchCertificates() async {
    let point = WaitPoint(on: loop)
    while phase != .stopped {
      // Those of today were told of when the configuration was loaded.
      _ = await point.wait(until: loop.now + Self.day)
      let now = CalendarTime.secondsSince1970
      for certificate in service?.certificates ?? [] {
        let days = certificate.daysLeft(now: now)
        guard days < CertificateReport.daysOfWarning else { continue }
        log.warning(
          days < 0 ? "certificate has expired" : "certificate expires soon",
          [
            "owner": certificate.owner, "file": certificate.file, "subject": certificate.subject,
            "days_left": "\(days)",
          ])
      }
    }
  }
}
