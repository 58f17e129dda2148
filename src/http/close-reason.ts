/**
 * Why a transaction or a connection ended: one table for the status, the counter, the log text, the
 * RFC 9209 error type and the sentences that a person reads. A new way to end is a new row.
 *
 * `status` is what the client is answered while an answer is still possible, 0 where none ever is.
 * `isError` says whether the row counts as a failure in the statistics.
 * `proxyError` is the error type of RFC 9209 section 2.3, or null where none applies.
 */
interface CloseReasonRow {
  readonly status: number;
  readonly isError: boolean;
  readonly proxyError: string | null;
  readonly text: string;
  readonly ja: string;
}

const row = (status: number, proxyError: string | null, text: string, ja: string): CloseReasonRow => ({
  status,
  isError: status !== 0,
  proxyError,
  text,
  ja,
});

const badRequest = (text: string, ja: string): CloseReasonRow => row(400, "http_request_error", text, ja);

const badAnswer = (proxyError: string, text: string, ja: string): CloseReasonRow =>
  row(502, proxyError, text, ja);

const silent = (text: string, ja: string): CloseReasonRow => row(0, null, text, ja);

const aborted = (text: string, ja: string): CloseReasonRow => ({ ...silent(text, ja), isError: true });

export const CLOSE_REASONS = {
  // The ordinary ends.
  complete: silent("complete", "完了しました。"),
  "client-closed": silent("the client closed the connection", "クライアントが接続を閉じました。"),
  "client-idle": silent("the idle time limit was reached", "アイドル時間の上限に達しました。"),
  "tunnel-idle": silent(
    "the tunnel carried nothing for its idle time",
    "トンネルのアイドル時間の上限に達しました。",
  ),
  draining: silent("this unit is shutting down", "この装置は停止処理中です。"),

  // Heads that somebody's back-end would read differently: refused with 400 and a close.
  "bad-request-line": badRequest("the request line is malformed", "リクエスト行の形式が正しくありません。"),
  "bad-method": badRequest("the method is not a token", "メソッドの形式が正しくありません。"),
  "bad-version": badRequest("the HTTP version is malformed", "HTTP バージョンの形式が正しくありません。"),
  "unsupported-version": row(
    505,
    "http_request_error",
    "only HTTP/1.0 and HTTP/1.1 are spoken here",
    "対応している HTTP のバージョンは 1.0 と 1.1 です。",
  ),
  "bad-target": badRequest(
    "the request target is malformed",
    "リクエストターゲットの形式が正しくありません。",
  ),
  "bad-host": badRequest(
    "the Host field is missing, repeated or malformed",
    "Host フィールドがない、重複している、または形式が正しくありません。",
  ),
  "bad-line-end": badRequest("a line ends in a bare CR or a bare LF", "行末が CRLF ではありません。"),
  "bad-control-byte": badRequest("the head contains a control byte", "ヘッダーに制御文字が含まれています。"),
  "bad-field-name": badRequest(
    "a field name is malformed, or is followed by a space",
    "フィールド名の形式が正しくありません。",
  ),
  "bad-field-value": badRequest("a field value is malformed", "フィールド値の形式が正しくありません。"),
  "obsolete-folding": badRequest(
    "a field value is folded over several lines",
    "フィールド値が複数行に折り返されています。",
  ),
  "bad-content-length": badRequest(
    "Content-Length is repeated or is not a plain number",
    "Content-Length が重複しているか、数値ではありません。",
  ),
  "bad-transfer-encoding": badRequest(
    "Transfer-Encoding is not exactly chunked",
    "Transfer-Encoding が chunked ではありません。",
  ),
  "length-and-encoding": badRequest(
    "Content-Length and Transfer-Encoding are both there",
    "Content-Length と Transfer-Encoding が両方指定されています。",
  ),
  "bad-chunk": badRequest("a chunk is malformed", "チャンクの形式が正しくありません。"),
  "bad-trailer": badRequest(
    "a trailer carries framing, routing or authentication",
    "トレーラーに許可されていないフィールドがあります。",
  ),
  "bytes-after-connect": badRequest(
    "bytes follow a CONNECT request before its answer",
    "CONNECT の応答前にデータが送信されました。",
  ),

  // Limits.
  "request-line-too-long": row(
    414,
    "http_request_error",
    "the request line is longer than the limit",
    "リクエスト行が長さの上限を超えています。",
  ),
  "head-too-large": row(
    431,
    "http_request_error",
    "the head is larger than the limit",
    "ヘッダーが大きさの上限を超えています。",
  ),
  "too-many-fields": row(
    431,
    "http_request_error",
    "the head has more fields than the limit",
    "ヘッダーのフィールド数が上限を超えています。",
  ),
  "head-too-slow": row(
    408,
    "http_request_error",
    "the head did not arrive within its time limit",
    "制限時間内にヘッダーを受信できませんでした。",
  ),
  "body-too-slow": row(
    408,
    "http_request_error",
    "the body arrives more slowly than the minimum rate",
    "本文の受信が最低速度を下回りました。",
  ),
  "body-too-large": row(
    413,
    "http_request_error",
    "the body is larger than the limit",
    "本文が大きさの上限を超えています。",
  ),
  "too-many-connections": row(
    503,
    "connection_limit_reached",
    "this unit has reached its connection limit",
    "この装置の接続数が上限に達しました。",
  ),
  "too-many-client-connections": row(
    503,
    "connection_limit_reached",
    "this client has reached its connection limit",
    "このクライアントの接続数が上限に達しました。",
  ),
  "too-many-upstream-waiters": row(
    503,
    "connection_limit_reached",
    "too many requests wait for this origin",
    "接続先への待ち行列が上限に達しました。",
  ),

  // Policy.
  "client-not-allowed": row(
    403,
    "http_request_denied",
    "this client network is not allowed",
    "このクライアントのネットワークは許可されていません。",
  ),
  "method-not-allowed": row(
    405,
    "http_request_denied",
    "the method is not allowed",
    "このメソッドは許可されていません。",
  ),
  "port-not-allowed": row(
    403,
    "http_request_denied",
    "the port is not allowed",
    "この宛先ポートは許可されていません。",
  ),
  "egress-refused": row(
    403,
    "destination_ip_prohibited",
    "the destination address is not allowed",
    "この宛先アドレスは許可されていません。",
  ),
  "loop-detected": row(
    508,
    "proxy_loop_detected",
    "the request has already passed through this unit",
    "リクエストがこの装置に戻ってきました (ループ)。",
  ),
  "scheme-not-supported": badRequest(
    "only http and https are forwarded",
    "http と https 以外のスキームには対応していません。",
  ),
  "not-found": row(404, null, "there is no such page on this unit", "この装置にそのページはありません。"),
  "expectation-failed": row(
    417,
    "http_request_error",
    "the expectation is not known",
    "Expect フィールドの内容に対応していません。",
  ),

  // Upstream.
  "dns-not-found": row(502, "dns_error", "the host name does not exist", "ホスト名が見つかりません。"),
  "dns-failed": row(
    502,
    "dns_error",
    "the host name could not be resolved",
    "ホスト名を解決できませんでした。",
  ),
  "dns-timeout": row(
    504,
    "dns_timeout",
    "the resolver did not answer in time",
    "名前解決が時間内に完了しませんでした。",
  ),
  "connect-refused": row(
    502,
    "connection_refused",
    "the destination refused the connection",
    "接続先が接続を拒否しました。",
  ),
  "connect-failed": row(
    502,
    "destination_ip_unroutable",
    "the destination could not be reached",
    "接続先に到達できませんでした。",
  ),
  "connect-timeout": row(
    504,
    "connection_timeout",
    "the destination did not accept the connection in time",
    "接続先が時間内に接続を受け付けませんでした。",
  ),
  "tls-failed": row(
    502,
    "tls_protocol_error",
    "the TLS handshake with the destination failed",
    "接続先との TLS ハンドシェイクに失敗しました。",
  ),
  "tls-certificate": row(
    502,
    "tls_certificate_error",
    "the certificate of the destination is not trusted",
    "接続先の証明書を信頼できません。",
  ),
  "parent-failed": row(
    502,
    "destination_unavailable",
    "no parent proxy could be used",
    "親プロキシを利用できませんでした。",
  ),
  "origin-closed": row(
    502,
    "connection_terminated",
    "the destination closed the connection before its answer was complete",
    "接続先が応答の完了前に接続を閉じました。",
  ),
  "origin-timeout": row(
    504,
    "http_response_timeout",
    "the destination did not answer in time",
    "接続先が時間内に応答しませんでした。",
  ),
  "bad-response": badAnswer(
    "http_protocol_error",
    "the answer of the destination is malformed",
    "接続先の応答の形式が正しくありません。",
  ),
  "bad-response-framing": badAnswer(
    "http_response_incomplete",
    "the answer of the destination has contradictory framing",
    "接続先の応答の長さの指定が矛盾しています。",
  ),
  "response-head-too-large": badAnswer(
    "http_response_header_section_size",
    "the head of the answer is larger than the limit",
    "接続先の応答ヘッダーが大きさの上限を超えています。",
  ),
  "not-cached": row(
    504,
    null,
    "only a stored answer was asked for, and none may be used",
    "保存済みの応答だけが要求されましたが、利用できるものがありません。",
  ),
  "internal-error": row(
    500,
    "proxy_internal_error",
    "an internal error occurred",
    "内部エラーが発生しました。",
  ),

  // Ends that the client cannot be told about any more.
  "client-aborted": aborted(
    "the client went away before its answer was complete",
    "応答の完了前にクライアントが切断しました。",
  ),
  "client-stalled": aborted(
    "the client read more slowly than the minimum rate",
    "クライアントの受信が最低速度を下回りました。",
  ),
  "store-failed": aborted(
    "the stored answer could not be read to its end",
    "保存済みの応答を最後まで読み出せませんでした。",
  ),
  "origin-truncated": aborted(
    "the answer of the destination ended early",
    "接続先の応答が途中で終了しました。",
  ),
} as const satisfies Record<string, CloseReasonRow>;

export type CloseReason = keyof typeof CLOSE_REASONS;

/** Every code, in the table's order: the index of a code is its place in the counters. */
export const CLOSE_REASON_CODES = Object.keys(CLOSE_REASONS) as readonly CloseReason[];
