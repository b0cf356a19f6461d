/// Why Portico answers with an error of its own, ends an exchange early, or ends a connection.
///
/// The same word stands in the access log (`end`), in the program log, in metrics, in the text of
/// the answer and in the field `Portico-Reason`. `docs/errors.md` says of each what it means for an
/// operator; a test holds the page to this list. What both versions of HTTP refuse alike has one
/// name.
public enum Reason: String, BitwiseCopyable, CaseIterable, Sendable {
  // Requests whose head breaks the grammar.

  /// More than two empty lines before the request line.
  case tooManyLeadingLines = "too_many_leading_lines"
  /// An octet that no method has; often TLS, or another protocol, on a port in clear.
  case invalidMethod = "invalid_method"
  /// A method of more than 32 octets.
  case methodTooLong = "method_too_long"
  /// CONNECT, or TRACE.
  case methodNotAllowed = "method_not_allowed"
  /// Two spaces after the method.
  case emptyTarget = "empty_target"
  /// A control octet, `#`, a space or a non-ASCII octet in the request target.
  case invalidTarget = "invalid_target"
  /// A request target of none of the forms that the method allows.
  case invalidTargetForm = "invalid_target_form"
  /// A scheme other than http and https in the target.
  case unsupportedScheme = "unsupported_scheme"
  /// The request line, or `:path`, passes its limit.
  case targetTooLong = "target_too_long"
  /// A request line that ends after the target, as in HTTP/0.9.
  case missingVersion = "missing_version"
  /// No `HTTP/x.y` where it must stand.
  case invalidVersion = "invalid_version"
  /// Another major version than 1.
  case unsupportedVersion = "unsupported_version"
  /// No `Host`, and no `:authority`.
  case missingHost = "missing_host"
  /// More than one `Host`.
  case duplicateHost = "duplicate_host"
  /// `Host` or target name an empty host.
  case emptyHost = "empty_host"
  /// `Host` or target name no valid host.
  case invalidHost = "invalid_host"
  /// The port is no number up to 65535.
  case invalidPort = "invalid_port"
  /// `user@` in the authority.
  case userinfoInAuthority = "userinfo_in_authority"
  /// The target, or `:authority`, names another host than `Host`.
  case hostMismatch = "host_mismatch"
  /// An expectation other than `100-continue`.
  case unsupportedExpectation = "unsupported_expectation"
  /// `..` leads out of the root.
  case pathAboveRoot = "path_above_root"
  /// A backslash, which some servers take for a slash.
  case backslashInPath = "backslash_in_path"
  /// `%00` in the path.
  case encodedNUL = "encoded_nul"
  /// `%` without two hexadecimal digits.
  case malformedPercentEncoding = "malformed_percent_encoding"
  /// A path that does not start with a slash.
  case pathNotAbsolute = "path_not_absolute"

  // Fields.

  /// CR that no LF follows.
  case bareCR = "bare_cr"
  /// LF without CR before it.
  case bareLF = "bare_lf"
  /// A line that starts with a colon.
  case emptyFieldName = "empty_field_name"
  /// An octet in a name that no token has.
  case invalidFieldName = "invalid_field_name"
  /// NUL or another control octet in a value.
  case invalidFieldValue = "invalid_field_value"
  /// A line that ends before its colon.
  case missingColon = "missing_colon"
  /// A line that goes on with the value of the one before.
  case obsFold = "obs_fold"
  /// A name with `_` or `.`, where `odd_field_names` is `reject`.
  case oddFieldName = "odd_field_name"
  /// Whitespace before the first field.
  case whitespaceAfterStartLine = "whitespace_after_start_line"
  /// Whitespace between name and colon.
  case whitespaceBeforeColon = "whitespace_before_colon"
  /// A member of `Connection` that is no token.
  case invalidConnectionOption = "invalid_connection_option"
  /// More options in `Connection` than anyone has use for.
  case tooManyConnectionOptions = "too_many_connection_options"
  /// More field lines than the limit.
  case tooManyFields = "too_many_fields"
  /// More octets of fields than the limit.
  case fieldsTooLarge = "fields_too_large"

  // Framing and content.

  /// Both are there.
  case contentLengthWithTransferEncoding = "content_length_with_transfer_encoding"
  /// 2⁶³ or more.
  case contentLengthTooLarge = "content_length_too_large"
  /// More than one line, even when they agree.
  case duplicateContentLength = "duplicate_content_length"
  /// Not a number, or a list.
  case invalidContentLength = "invalid_content_length"
  /// Content of another length than was said, with HTTP/2.
  case contentLengthMismatch = "content_length_mismatch"
  /// HTTP/1.0 knows none.
  case transferEncodingOnHTTP10 = "transfer_encoding_on_http10"
  /// More than one line.
  case duplicateTransferEncoding = "duplicate_transfer_encoding"
  /// Empty members, parameters or quotes.
  case malformedTransferEncoding = "malformed_transfer_encoding"
  /// The last coding is not chunked, or an earlier one is.
  case chunkedNotFinal = "chunked_not_final"
  /// A coding before `chunked`.
  case unsupportedTransferCoding = "unsupported_transfer_coding"
  /// No hexadecimal number where a chunk's size must stand.
  case invalidChunkSize = "invalid_chunk_size"
  /// 2⁶³ octets or more.
  case chunkSizeTooLarge = "chunk_size_too_large"
  /// A chunk extension that breaks the grammar.
  case invalidChunkExtension = "invalid_chunk_extension"
  /// More than 256 octets on a line, or 16 KiB in a message.
  case chunkExtensionTooLong = "chunk_extension_too_long"
  /// Chunk data that is longer or shorter than its size.
  case chunkCRLF = "chunk_crlf"
  /// Far more framing than content.
  case excessiveChunkOverhead = "excessive_chunk_overhead"
  /// The connection ended before the content did.
  case truncatedBody = "truncated_body"
  /// Trailers of more than 8 KiB or 32 fields, with HTTP/2.
  case trailersTooLarge = "trailers_too_large"
  /// The content passes the route's limit.
  case contentTooLarge = "content_too_large"

  // Clients that are slow, gone, or at the wrong door.

  /// The head did not come in time.
  case headTimeout = "head_timeout"
  /// No content came for too long.
  case contentTimeout = "content_timeout"
  /// Content came below the least rate.
  case contentTooSlow = "content_too_slow"
  /// The client did not take the response, or too slowly; the connection was cut.
  case clientWriteTimeout = "client_write_timeout"
  /// No stream of an HTTP/2 connection has taken any content for twice that time.
  case connectionStalled = "connection_stalled"
  /// A protocol was begun and not finished.
  case selectTimeout = "select_timeout"
  /// The client went away, or reset its stream, before the response was whole.
  case clientAbort = "client_abort"
  /// The client ended a tunnel in peace.
  case clientClosed = "client_closed"
  /// Cut when the daemon or the listener ended and the time for that was over.
  case drainTimeout = "drain_timeout"
  /// The first octets belong to no protocol of the listener.
  case unknownProtocol = "unknown_protocol"
  /// HTTP in clear on a listener for TLS.
  case plainHTTPOnTLSPort = "plain_http_on_tls_port"
  /// The preface of HTTP/2 where that is not spoken.
  case http2NotEnabled = "http2_not_enabled"
  /// The connection's certificate is not for that host.
  case misdirected
  /// The request has been here before, by its `Via`.
  case loop
  /// A WebSocket is asked for by another method than GET.
  case websocketNotGet = "websocket_not_get"
  /// A request for a WebSocket that has content.
  case websocketWithContent = "websocket_with_content"
  /// An extended CONNECT for what the listener or the route does not allow.
  case unsupportedConnectProtocol = "unsupported_connect_protocol"
  /// A WebSocket before a cluster that speaks HTTP/2.
  case tunnelToHTTP2 = "tunnel_to_http2"

  // Routing.

  /// No route takes this host and path.
  case noRoute = "no_route"
  /// A route's own `respond` with a status of 400 or more.
  case configuredResponse = "configured_response"

  // No backend to send it to.

  /// Part of the share that a subcluster refuses on purpose (`refuse`).
  case refusedShare = "refused_share"
  /// No backend of the cluster can be used.
  case noBackend = "no_backend"
  /// Too many requests wait for a connection already.
  case queueFull = "queue_full"
  /// No connection became free in time.
  case queueTimeout = "queue_timeout"
  /// The process has no descriptor left.
  case noDescriptors = "no_descriptors"

  // Backends that fail.

  /// It closed the connection before its answer began, or ended a tunnel.
  case backendClosed = "backend_closed"
  /// It reset the connection, or broke it off within its answer.
  case backendReset = "backend_reset"
  /// It reset the stream.
  case backendResetStream = "backend_reset_stream"
  /// The request's head is more than an HTTP/2 backend has said that it takes.
  case backendHeadLimit = "backend_head_limit"
  /// The response's head is more than an HTTP/2 client has said that it takes.
  case clientHeadLimit = "client_head_limit"
  /// It refused the stream, and so did others.
  case backendRefusedStream = "backend_refused_stream"
  /// It closed while the request was being sent.
  case backendWriteFailed = "backend_write_failed"
  /// It did not take the request.
  case backendWriteTimeout = "backend_write_timeout"
  /// Its answer did not begin in time.
  case responseHeadTimeout = "response_head_timeout"
  /// Its answer did not begin in the time that a try has, nor did those before.
  case perTryTimeout = "per_try_timeout"
  /// Its answer stopped in the middle.
  case responseBodyTimeout = "response_body_timeout"
  /// The route's time for the whole exchange is over, or a call's own.
  case totalTimeout = "total_timeout"
  /// The connection ended within the head.
  case truncatedHead = "truncated_head"
  /// No status from 100 to 599.
  case invalidStatus = "invalid_status"
  /// A control octet in the reason phrase.
  case invalidReasonPhrase = "invalid_reason_phrase"
  /// The status line passes its limit.
  case statusLineTooLong = "status_line_too_long"
  /// More than 20 interim responses.
  case tooManyInterimResponses = "too_many_interim_responses"
  /// It switched protocols without being asked.
  case unaskedUpgrade = "unasked_upgrade"
  /// It answered a stream's WebSocket with a success that is no upgrade.
  case noUpgrade = "no_upgrade"
  /// It switched to another protocol than was asked for.
  case wrongUpgrade = "wrong_upgrade"
  /// A 101 with framing fields.
  case framedUpgrade = "framed_upgrade"
  /// Its `Sec-WebSocket-Accept` does not fit the key.
  case wrongWebSocketAccept = "wrong_websocket_accept"
  /// Nothing moved in a tunnel for too long.
  case tunnelIdle = "tunnel_idle"

  // A stream of HTTP/2 that breaks a rule.

  /// `Connection`, `Transfer-Encoding` or another field of one connection.
  case h2ConnectionField = "h2_connection_field"
  /// `TE` other than `trailers`.
  case h2InvalidTE = "h2_invalid_te"
  /// A pseudo-field that nobody knows.
  case h2UnknownPseudoField = "h2_unknown_pseudo_field"
  /// A pseudo-field twice.
  case h2DuplicatePseudoField = "h2_duplicate_pseudo_field"
  /// `:method`, `:scheme`, `:path` or `:status` is missing.
  case h2MissingPseudoField = "h2_missing_pseudo_field"
  /// A pseudo-field behind a field.
  case h2LatePseudoField = "h2_late_pseudo_field"
  /// A response's in a request, one in trailers.
  case h2MisplacedPseudoField = "h2_misplaced_pseudo_field"
  /// `:path` that begins with no slash.
  case h2InvalidPath = "h2_invalid_path"
  /// A CONNECT with the wrong pseudo-fields.
  case h2InvalidConnect = "h2_invalid_connect"
  /// An interim response that ends the stream.
  case h2InterimEndsStream = "h2_interim_ends_stream"
  /// A second field block that does not end the stream.
  case h2TrailersWithoutEnd = "h2_trailers_without_end"
  /// DATA before the head.
  case h2ContentBeforeHead = "h2_content_before_head"
  /// WINDOW_UPDATE beyond 2³¹-1.
  case h2StreamWindowOverflow = "h2_stream_window_overflow"
  /// More streams than announced.
  case h2RefusedStream = "h2_refused_stream"

  // A connection of HTTP/2 that breaks a rule.

  /// Not the preface.
  case h2InvalidPreface = "h2_invalid_preface"
  /// SETTINGS has to come first.
  case h2FirstFrameNotSettings = "h2_first_frame_not_settings"
  /// Preface and SETTINGS did not come in time.
  case h2HandshakeTimeout = "h2_handshake_timeout"
  /// Our SETTINGS were not acknowledged in time.
  case h2SettingsTimeout = "h2_settings_timeout"
  /// A frame or field block was begun and not finished in time.
  case h2FrameTimeout = "h2_frame_timeout"
  /// A frame larger than announced; HTTP/1.1 where HTTP/2 is spoken.
  case h2FrameTooLarge = "h2_frame_too_large"
  /// A frame of the wrong size for its type.
  case h2FrameSize = "h2_frame_size"
  /// A frame on a stream where it cannot be.
  case h2WrongStream = "h2_wrong_stream"
  /// More padding than frame.
  case h2ExcessivePadding = "h2_excessive_padding"
  /// Another frame within a field block.
  case h2InterruptedFieldBlock = "h2_interrupted_field_block"
  /// CONTINUATION without a field block.
  case h2UnexpectedContinuation = "h2_unexpected_continuation"
  /// PUSH_PROMISE, which was never allowed.
  case h2UnexpectedPushPromise = "h2_unexpected_push_promise"
  /// A PRIORITY_UPDATE that breaks the rules.
  case h2InvalidPriorityUpdate = "h2_invalid_priority_update"
  /// A stream that depends on itself.
  case h2SelfDependency = "h2_self_dependency"
  /// A stream number that is even, or not above the last.
  case h2InvalidStreamID = "h2_invalid_stream_id"
  /// A frame on a stream that was never opened.
  case h2IdleStream = "h2_idle_stream"
  /// A frame on a stream that has ended.
  case h2ClosedStream = "h2_closed_stream"
  /// A setting with a forbidden value.
  case h2InvalidSetting = "h2_invalid_setting"
  /// A window beyond 2³¹-1.
  case h2InvalidInitialWindow = "h2_invalid_initial_window"
  /// An acknowledgement of nothing.
  case h2UnexpectedSettingsAck = "h2_unexpected_settings_ack"
  /// A GOAWAY that takes back the one before.
  case h2RisingGoAway = "h2_rising_goaway"
  /// WINDOW_UPDATE of 0.
  case h2ZeroWindowUpdate = "h2_zero_window_update"
  /// The connection's window beyond 2³¹-1.
  case h2WindowOverflow = "h2_window_overflow"
  /// More content than the window allows.
  case h2WindowExceeded = "h2_window_exceeded"
  /// Too many streams reset (rapid reset).
  case h2ResetFlood = "h2_reset_flood"
  /// Too much that costs work and moves nothing.
  case h2Glitches = "h2_glitches"
  /// Too many PINGs.
  case h2PingFlood = "h2_ping_flood"
  /// Too many SETTINGS.
  case h2SettingsFlood = "h2_settings_flood"
  /// Too many frames that carry nothing.
  case h2EmptyFrameFlood = "h2_empty_frame_flood"
  /// Too many priority frames.
  case h2PriorityFlood = "h2_priority_flood"
  /// Too many WINDOW_UPDATEs.
  case h2WindowUpdateFlood = "h2_window_update_flood"
  /// Too many CONTINUATION frames.
  case h2ContinuationFlood = "h2_continuation_flood"
  /// The peer makes us answer and does not read.
  case h2UnsentFrames = "h2_unsent_frames"
  /// A field block beyond what would even be refused by status.
  case h2FieldBlockTooLarge = "h2_field_block_too_large"
  /// A second head that is too large.
  case h2HeadsTooLarge = "h2_heads_too_large"
  /// An index of 0.
  case hpackIndexZero = "hpack_index_zero"
  /// An index beyond the table.
  case hpackIndexPastTable = "hpack_index_past_table"
  /// An integer beyond its limit.
  case hpackIntegerTooLarge = "hpack_integer_too_large"
  /// A field block that ends in the middle.
  case hpackTruncated = "hpack_truncated"
  /// The symbol for the end of a string within one.
  case hpackEOS = "hpack_eos"
  /// Padding of a string that is not all ones, or too long.
  case hpackPadding = "hpack_padding"
  /// A table larger than announced.
  case hpackSizeUpdateAboveLimit = "hpack_size_update_above_limit"
  /// A change of the table's size behind a field.
  case hpackSizeUpdateNotAtStart = "hpack_size_update_not_at_start"
  /// More than two in a block.
  case hpackTooManySizeUpdates = "hpack_too_many_size_updates"
  /// None, although the limit has fallen.
  case hpackSizeUpdateMissing = "hpack_size_update_missing"
}

extension Reason: CustomStringConvertible {
  /// The word.
  public var description: String { rawValue }
}
