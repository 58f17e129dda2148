/**
 * Sentences that the unit words itself, in Japanese. The control sockets, the cache and the lint of proxy scripts
 * tell their reasons in one English sentence each, of a few fixed forms, the same as on the command line; what has a
 * code (alerts, the pair's states) is not here. What is not known here stays as it is, and test/console-ui/
 * unit-sentences.test.ts walks through what the unit can say.
 */
type Form = readonly [form: RegExp, japanese: string];

const CONTROL: readonly Form[] = [
  [/^no unit runs with this state$/, "ユニットが動作していません"],
  [/^this is not a control socket$/, "制御ソケットではありません"],
  [
    /^not permitted: only the user that runs the unit may use it$/,
    "ユニットを動かしている利用者だけに許可されています",
  ],
  [/^no answer within (\d+) s$/, "$1 秒以内に応答がありません"],
  [/^the answer is too long$/, "応答が長すぎます"],
  [/^the unit closed the connection without an answer$/, "応答せずに接続が閉じられました"],
  [
    /^the answer cannot be read: is the unit of another version\?$/,
    "応答を読み取れません。ユニットの版が違う可能性があります",
  ],
  [/^this unit is starting$/, "ユニットは起動中です"],
  [/^this unit is shutting down$/, "ユニットは停止処理中です"],
  [/^this unit is draining$/, "ユニットはドレイン中です"],
  [/^the heartbeat process is starting$/, "監視プロセスは起動中です"],
  [/^the other unit has not been heard$/, "相手サーバから受信していません"],
  [/^this unit does not hold the floating addresses$/, "このユニットは F-IP を保持していません"],
  [/^the service (\S+) is not turned on in the settings$/, "サービス $1 は設定で有効になっていません"],
  [
    /^redundancy\.enabled is false or there is no floating address: .*$/,
    "システム冗長化が無効か、F-IP がまだありません",
  ],
  [/^(\S+) is false: there is .*$/, "設定 $1 が無効です"],
  [/^the proxy was stopped$/, "プロキシは停止されています"],
  [
    /^too many workers are still draining: try again when they have ended$/,
    "終了処理中のワーカーが多すぎます。終わってからもう一度実行してください",
  ],
  [/^ended: (.*); it is started again$/, "終了しました（$1）。起動し直しています"],
  [/^this unit ended before the purge did: purge again$/, "削除が終わる前にユニットが停止しました"],
  [
    /^nothing is stored on this unit: cache\.enabled is false$/,
    "キャッシュが無効のため、何も保存されていません",
  ],
];

const CONSOLE: readonly Form[] = [
  [/^no other unit is set \(redundancy\.peerAddress\)$/, "相手サーバが設定されていません"],
  [/^the pair has no key \(redundancy\.keyFile\)$/, "事前共有鍵（redundancy.keyFile）が設定されていません"],
  [/^the other unit answered (\d+): (.*)$/, "相手サーバの応答は $1 でした: $2"],
  [/^the answer is not the other unit's$/, "応答は相手サーバのものではありません"],
  [/^the other unit is of another version$/, "相手サーバの版が違います"],
  [
    /^the other unit's console at (\S+) cannot be asked: (.*)$/,
    "相手サーバの管理コンソール（$1）に接続できません: $2",
  ],
  [/^this system has no system log that can be read$/, "このシステムには読み取れるシステムログがありません"],
  [/^it is turned off$/, "無効になっています"],
  [/^cannot write (\S+): (.*)$/, "$1 に書き込めません: $2"],
  [
    /^the access log has no such request: .*$/,
    "アクセスログにこのリクエストはありません。古いか、まだ終わっていないか、「リクエスト ID」が無効だった可能性があります",
  ],
  [/^a URL is needed$/, "URL を入力してください"],
  [/^(.*) is no http or https URL, and no host:port for CONNECT$/, "$1 は URL ではありません"],
  [/^(.*) is no URL$/, "$1 は URL ではありません"],
  [/^(.*) is no IP address$/, "$1 は IP アドレスではありません"],
  [/^(.*) is no address and no network$/, "$1 はアドレスでもネットワークでもありません"],
  [/^(.*) is no name and no address$/, "$1 は名前でもアドレスでもありません"],
  [/^the certificate has ended$/, "証明書の有効期限が切れています"],
  [/^not a certificate with its key in PEM: (.*)$/, "PEM 形式の証明書と鍵の組ではありません: $1"],
  [/^this is a backup of another version$/, "版の違うバックアップです"],
  [/^this is no backup of Futago$/, "Futago のバックアップではありません"],
  [/^no proxy is listed \(wpad\.proxies\)$/, "プロキシ（wpad.proxies）が登録されていません"],
  [/^one-time codes were not begun$/, "ワンタイムコードの設定が始まっていません"],
  [/^the last administrator must stay one$/, "最後の管理者の権限は変更できません"],
  [
    /^this is a floating address: change redundancy\.floatingAddresses$/,
    "これは F-IPアドレスです。システム冗長化設定で変更してください",
  ],
  [/^at most (\d+) tokens$/, "トークンは $1 個までです"],
  [/^at most (\d+) accounts$/, "利用者は $1 人までです"],
  [/^there is an account (\S+) already$/, "利用者 $1 はすでに登録されています"],
  [/^there is no such token$/, "そのトークンはありません"],
  [/^there is no account (\S+)$/, "利用者 $1 は登録されていません"],
  [/^there is no generation (\d+)$/, "世代 $1 はありません"],
  [/^(\S+) has no address (\S+)$/, "$1 にアドレス $2 はありません"],
  [/^cannot keep the key: (.*)$/, "鍵を保存できません: $1"],
  [/^not with a token$/, "トークンではできません"],
  [/^not from this network$/, "このネットワークからは許可されていません"],
  [/^at least 5 different characters$/, "5 種類以上の文字を使ってください"],
  [/^it is the same password as before$/, "前と同じパスワードです"],
  [/^it must not contain the user name$/, "利用者名を含めることはできません"],
  [/^at least (\d+) characters$/, "$1 文字以上にしてください"],
  [/^the code does not fit the secret$/, "コードがシークレットと合いません"],
  [/^the passphrase is wrong, or the file was changed$/, "パスフレーズが違うか、ファイルが変更されています"],
  [
    /^the console runs without the right to change interfaces$/,
    "管理コンソールにインタフェースを変更する権限がありません",
  ],
  [
    /^the setting console\.mayStopMachine does not allow it$/,
    "設定「システムの停止と再起動」（console.mayStopMachine）で許可されていません",
  ],
  [
    /^this system has neither systemd nor another way to be stopped$/,
    "このシステムには systemd などの停止手段がありません",
  ],
  [
    /^the unit runs without the right to stop the machine$/,
    "このユニットにはシステムを停止する権限がありません",
  ],
  [/^no change waits for its confirmation$/, "確認待ちの変更はありません"],
];

const CACHE: readonly Form[] = [
  [/^a hit, from memory$/, "ヒット（メモリから）"],
  [/^a hit, from the disk$/, "ヒット（ディスクから）"],
  [/^a hit: the client's own copy was still good$/, "ヒット（クライアントの手元の応答がまだ有効）"],
  [/^a hit, stale, as the request or the response allowed$/, "ヒット（期限切れを許す指定による）"],
  [
    /^a hit: answered along with another request that was fetching the same$/,
    "ヒット（同じ URL を取得中の要求と一緒に応答）",
  ],
  [
    /^answered from the store after the origin said that it is still good$/,
    "オリジンに確認して、保存された応答を返しました",
  ],
  [
    /^a hit, stale, because the origin could not be asked or failed$/,
    "ヒット（オリジンに確認できないため期限切れの応答）",
  ],
  [/^no hit: its conditions are for the origin to judge$/, "ミス（条件の判定はオリジンが行うため）"],
  [/^no hit: such a request is not answered from the store$/, "ミス（保存された応答で答えられないメソッド）"],
  [/^no hit: nothing was stored for the URL$/, "ミス（この URL の応答は保存されていませんでした）"],
  [/^no hit: no stored variant matched the request$/, "ミス（保存された種類のどれも要求に合いませんでした）"],
  [
    /^no hit: what was stored was fresh, but the request wanted the origin's word$/,
    "ミス（新しい応答がありましたが、要求がオリジンへの確認を求めました）",
  ],
  [/^no hit: what was stored was stale or invalidated$/, "ミス（保存された応答は期限切れか無効でした）"],
  [/^no hit: not all that it asked for was stored$/, "ミス（求められた範囲の一部だけが保存されていました）"],
  [/^no hit: the settings say never$/, "ミス（設定により保存しません）"],
  [/^the settings say never, for (.*)$/, "設定により保存しません（$1）"],
  [/^nothing is stored for this URL$/, "この URL の応答は保存されていません"],
  [
    /^none of (\d+) stored variants matches the request$/,
    "保存された $1 種類のどれもこのリクエストに合いません",
  ],
  [/^only parts of the response are stored$/, "応答の一部だけが保存されています"],
  [/^it is fresh for (\d+) s more \(.*\)$/, "あと $1 秒は新しいままです"],
  [
    /^it is stale since (\d+) s, which the request allows$/,
    "$1 秒前に期限が切れましたが、要求がそれを許しています",
  ],
  [
    /^it is stale since (\d+) s and is validated meanwhile$/,
    "$1 秒前に期限が切れ、返すと同時にオリジンに確認します",
  ],
  [/^it was invalidated or purged softly$/, "無効化されたか、期限切れにされています"],
  [/^its no-cache asks for validation before every use$/, "no-cache により毎回確認が必要です"],
  [/^its Age cannot be read, so that it counts as stale$/, "Age を読み取れないため、期限切れとして扱います"],
  [
    /^it is fresh, but the request wants the origin's word$/,
    "新しいままですが、要求がオリジンへの確認を求めています",
  ],
  [/^nothing in it says how long it is fresh$/, "有効期間を示すものがありません"],
  [/^it is stale since (\d+) s \(.*\)$/, "$1 秒前に期限が切れています"],
];

/** Why an answer was not stored, after "its answer was not stored: ". */
const NOT_STORED: Readonly<Record<string, string>> = {
  "the method does not allow it": "保存できないメソッド",
  "the settings say never": "設定により保存しない",
  "its status is never stored": "保存できないステータス",
  "must-understand, and its status is unknown here": "must-understand で未知のステータス",
  "no-store": "no-store",
  private: "private",
  "the request had Authorization": "要求に Authorization があった",
  "its Vary names what is different for every client": "Vary がクライアントごとに違う値を指している",
  "nothing in it says how long it is fresh or how to validate it": "有効期間も確認方法も示されていない",
};

const LINT: readonly Form[] = [
  [
    /^(".*") is not in ECMAScript 3: .*$/s,
    "$1 は ECMAScript 3 にありません。Windows の機能（WinINet、WinHTTP）や多くのライブラリは新しい書き方を受け付けません",
  ],
  [
    /^(".*") is no list such as .*$/s,
    "$1 は「PROXY ホスト:ポート; DIRECT」のような一覧ではありません。ブラウザは読み飛ばすか、ポート 80 とみなします",
  ],
  [
    /^(".*") dnsDomainIs compares ends: .*$/s,
    "$1: dnsDomainIs は末尾を比べます。先頭に「.」がないと example.com は badexample.com にも合います",
  ],
  [
    /^(".*") looks at the URL: .*$/s,
    "$1 は URL を見ています。Firefox はパスを渡さず、Chrome と Edge は https のパスを渡さず、WinINet はホストごとに 1 度しか判定しません",
  ],
  [
    /^(".*") ends with DIRECT: .*$/s,
    "$1 は DIRECT で終わります。プロキシが一時的に使えないと、Chrome と Edge は 5 分、Firefox は 30 分、直接接続します",
  ],
  [/^(".*") resolves names: .*$/s, "$1 は名前を解決します。新しいホストのたびにブラウザが待たされます"],
  [
    /^(".*") asks for the client's address: .*$/s,
    "$1 はクライアントのアドレスを調べます。複数のネットワーク、VPN、IPv6 ではプロキシから見えるものと違うか、127.0.0.1 になります",
  ],
  [/^(".*") depends on the time: .*$/s, "$1 は時刻に依存します。ブラウザはホストごとの結果を覚えています"],
  [/^(".*") SOCKS without a number .*$/s, "$1: 番号のない SOCKS は、ブラウザによって 4 にも 5 にもなります"],
  [
    /^(".*") HTTPS proxies are known .*$/s,
    "$1: HTTPS プロキシは Chrome、Edge、Firefox だけが使え、Windows の機能は使えません",
  ],
  [
    /^(\d+) bytes: browsers ignore scripts of more than (\d+) without a word$/,
    "$1 バイトあります。ブラウザは $2 バイトを超えるスクリプトを無視します",
  ],
  [/^is not ASCII: .*$/, "ASCII 以外の文字があります。文字コードの解釈はブラウザごとに違います"],
  [/^is no script from (.*) on$/s, "$1 以降を解釈できません"],
  [/^there is no function FindProxyForURL$/, "関数 FindProxyForURL がありません"],
];

const FORMS: readonly Form[] = [...CONTROL, ...CONSOLE, ...CACHE, ...LINT];

/** Null where the sentence is not known. */
export function unitTextInJapanese(sentence: string): string | null {
  const [, first = sentence, reason] = /^(no hit: .*); its answer was not stored: (.*)$/.exec(sentence) ?? [];
  const form = FORMS.find(([pattern]) => pattern.test(first));
  if (form === undefined) return null;
  const said = first.replace(form[0], form[1]);
  if (reason === undefined) return said;
  const why = NOT_STORED[reason];
  return why === undefined ? null : `${said}。応答は保存されませんでした（${why}）`;
}
