/** プロキシ > 詳細プロキシ設定: parents, time limits, cache rules and sizes, forwarding headers, log format. */
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { say } from "#console/ui/i18n/language.ts";

const CACHE_RULES = [
  "cache.folder",
  "cache.variantsMax",
  "cache.collapseWaitMs",
  "cache.staleIfDownMs",
  "cache.negativeMaxMs",
  "cache.heuristicPercent",
  "cache.heuristicMaxMs",
  "cache.finishBytesMax",
  "cache.rangeFillBytesMax",
  "cache.targetedFields",
];

const UPSTREAM = [
  "upstream.sourceAddressV4",
  "upstream.sourceAddressV6",
  "upstream.connectTimeoutMs",
  "upstream.happyEyeballsDelayMs",
  "upstream.responseTimeoutMs",
  "upstream.bodyTimeoutMs",
  "upstream.idleTimeoutMs",
  "upstream.idleConnectionsMax",
  "upstream.connectionsPerOriginMax",
  "upstream.waitersPerOriginMax",
  "upstream.caFile",
];

const LIMITS = [
  "limits.connectionsMax",
  "limits.connectionsPerClientMax",
  "limits.requestLineBytesMax",
  "limits.headBytesMax",
  "limits.headFieldsMax",
  "limits.headTimeoutMs",
  "limits.idleTimeoutMs",
  "limits.bodyRateBytesPerSecondMin",
  "limits.bodyRateGraceMs",
  "limits.requestBodyBytesMax",
  "connect.idleTimeoutMs",
  "connect.halfClosedTimeoutMs",
];

export function Page() {
  return (
    <SettingsForm
      groups={[
        {
          title: say(["親プロキシ", "Parent proxies"]),
          paths: [
            "parents",
            "parentPolicy.whenAllFail",
            "parentPolicy.failuresToDown",
            "parentPolicy.retryAfterMs",
          ],
        },
        {
          title: say(["キャッシュ", "Cache"]),
          paths: [
            "cache.enabled",
            "cache.memoryBytesMax",
            "cache.diskBytesMax",
            "cache.objectBytesMax",
            "cache.overrides",
          ],
        },
        {
          title: say(["キャッシュの規則", "Cache rules"]),
          isFolded: true,
          paths: CACHE_RULES,
        },
        {
          title: say(["転送ヘッダ", "Forwarding headers"]),
          paths: ["forwarding.xForwardedFor", "forwarding.forwarded"],
        },
        {
          title: say(["オリジンへの接続", "Connections to origins"]),
          isFolded: true,
          paths: UPSTREAM,
        },
        {
          title: say(["クライアントの制限", "Limits for clients"]),
          isFolded: true,
          paths: LIMITS,
        },
        {
          title: say(["アクセスログ", "Access log"]),
          paths: [
            "accessLog.enabled",
            "accessLog.format",
            "accessLog.requestIds",
            "accessLog.rotateDaily",
            "accessLog.rotateBytes",
            "accessLog.keep",
          ],
        },
        {
          title: say(["ファイルと監視", "Files and monitoring"]),
          isFolded: true,
          paths: [
            "accessLog.file",
            "accessLog.bufferBytesMax",
            "control.socket",
            "metrics.enabled",
            "metrics.address",
            "metrics.port",
          ],
        },
      ]}
    />
  );
}
