/// What the admin listener shows in a browser: one page that loads nothing from elsewhere, and asks
/// for metrics, clusters and the configuration by itself. It holds no data, so it may be had
/// without a token.
enum LivePage {
  /// Nothing but what is in the page runs, and it speaks to nobody but us.
  static let fields =
    "Content-Security-Policy: default-src 'none'; style-src 'sha256-\(styleHash)'; "
    + "script-src 'sha256-\(scriptHash)'; connect-src 'self'; base-uri 'none'; "
    + "frame-ancestors 'none'\r\n"
    + "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
    + "Cache-Control: no-cache\r\n"
}
