/** WPADサーバ: プロキシサーバ自動構成ファイル, in the manual's words where it has them. */
import type { SettingName, SettingNames } from "./setting-name.ts";

const RULES: Readonly<Record<"match" | "value" | "via", SettingName>> = {
  match: ["条件", "Match", "完全一致、ドメイン、パターン、ネットワーク、ドットの無い名前。"],
  value: ["ホスト", "Host", "ホスト、ドメイン、パターン、またはネットワーク。ドットの無い名前では不要です。"],
  via: ["経由", "Via", "direct（直接）、またはプロキシの名前。"],
};

export const WPAD_NAMES: SettingNames = {
  "wpad.enabled": ["WPADサーバ", "WPAD server", "このユニットで自動構成スクリプトを配信するか。"],
  "wpad.listen": [
    "WPADサーバの待ち受け",
    "Listening addresses",
    "ブラウザがスクリプトを取りに来るアドレス。",
  ],
  "wpad.listen[].address": [
    "IPアドレス",
    "Address",
    "ローカルアドレス。F-IP は保持していない間も指定できます。",
  ],
  "wpad.listen[].port": ["ポート番号", "Port", "TCP ポート。ブラウザは 80 を見に行きます。0 は自動。"],
  "wpad.hosts": [
    "応答するホスト名",
    "Host names",
    "1 行に 1 つ。.example.com はそのドメイン全体。このユニットのアドレスには常に応答します。",
  ],
  "wpad.clientNetworks": [
    "応答するネットワーク",
    "Client networks",
    "1 行に 1 つ。空なら「利用を許可するネットワーク」と同じ。",
  ],
  "wpad.proxies": [
    "プロキシサーバ（負荷分散対象を含む）",
    "Proxies",
    "スクリプトに載せるプロキシ。互いの予備になります。",
  ],
  "wpad.proxies[].name": ["名前", "Name", "規則と状態に使う名前。"],
  "wpad.proxies[].host": [
    "ホスト名",
    "Host name",
    "実IPアドレスまたはホスト名（本プロキシサーバ、負荷分散対象サーバのホスト名）。両方のユニットで同じ内容にします。",
  ],
  "wpad.proxies[].port": ["ポート番号", "Port", "待ち受けポート番号。"],
  "wpad.proxies[].floatingHost": [
    "F-IP 側のホスト名",
    "Floating host",
    "「F-IP を載せる」のとき、代わりに載せる名前。",
  ],
  "wpad.proxies[].scheme": [
    "接続方法",
    "Scheme",
    "ブラウザとの接続方法。https では証明書にある名前が必要です。",
  ],
  "wpad.proxies[].weight": ["重み", "Weight", "クライアントの割り当て。0 は規則で指定されたときだけ。"],
  "wpad.proxies[].number": [
    "番号",
    "Number",
    "「アドレスと重み」で使う系列。番号があれば、他のプロキシの追加や削除でクライアントが移りません。",
  ],
  "wpad.proxies[].unit": ["ユニット", "Unit", "本サーバ、相手サーバ、その他。状態の判断に使います。"],
  "wpad.listed": ["載せるアドレス", "Listed", "実IP を並べるか、自動で切り替わる F-IP を載せるか。"],
  "wpad.balance": [
    "負荷分散の方法",
    "Balance",
    "偶数・奇数（末尾）、アドレスと重み、宛先ホスト、または順番どおり。",
  ],
  "wpad.balanceBy": [
    "割り当ての単位",
    "Balance by",
    "アドレスごと、またはネットワークごと（/24、IPv6 は /64）。",
  ],
  "wpad.directNetworks": [
    "直接接続するネットワーク",
    "Direct networks",
    "1 行に 1 つ。このネットワークのホストにはプロキシを使いません。",
  ],
  "wpad.plainHostsDirect": [
    "ドットの無い名前は直接",
    "Plain hosts direct",
    "ドットを含まないホスト名に直接接続するか。",
  ],
  "wpad.resolveNames": [
    "スクリプトでの名前解決",
    "Resolve names",
    "ネットワークと比べるために名前を解決するか。初めてのホストが遅くなります。",
  ],
  "wpad.rules": ["ホストごとの規則", "Rules", "ホストごとに、直接または特定のプロキシ。最初に合うもの。"],
  "wpad.rules[].match": RULES.match,
  "wpad.rules[].value": RULES.value,
  "wpad.rules[].via": RULES.via,
  "wpad.trailingDirect": [
    "最後に直接接続",
    "Trailing DIRECT",
    "すべてのプロキシに失敗したら直接接続させるか。ブラウザはしばらくプロキシを使わなくなります。",
  ],
  "wpad.profiles": ["プロファイル", "Profiles", "特定のクライアントのネットワーク向けの、別のスクリプト。"],
  "wpad.profiles[].name": ["名前", "Name", "/名前/wpad.dat と /名前/proxy.pac でも配信します。"],
  "wpad.profiles[].networks": ["対象ネットワーク", "Networks", "1 行に 1 つ。このクライアントに配信します。"],
  "wpad.profiles[].proxies": ["プロキシ", "Proxies", "1 行に 1 つ。空ならすべて。"],
  "wpad.profiles[].balance": ["負荷分散の方法", "Balance", "全体の設定の代わり。"],
  "wpad.profiles[].rules": ["規則", "Rules", "全体の規則の代わり。"],
  "wpad.profiles[].rules[].match": RULES.match,
  "wpad.profiles[].rules[].value": RULES.value,
  "wpad.profiles[].rules[].via": RULES.via,
  "wpad.profiles[].directNetworks": ["直接接続するネットワーク", "Direct networks", "全体の設定の代わり。"],
  "wpad.profiles[].trailingDirect": ["最後に直接接続", "Trailing DIRECT", "全体の設定の代わり。"],
  "wpad.maxAgeMs": ["スクリプトの有効期間", "Copy lifetime", "ブラウザが手元のスクリプトを使ってよい時間。"],
  "wpad.connectionsMax": ["接続数の合計", "Connections", "超えると、最も長く待っているものを閉じます。"],
  "wpad.connectionsPerClientMax": [
    "1 クライアントの接続数",
    "Connections per client",
    "1 つのアドレスからの上限。",
  ],
};
