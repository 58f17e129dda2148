/** 現在のシステム運用状況, live, in the manual's sentences. */
import type { Pair, PairWarningCode } from "#console/contract/pair.ts";
import { formatTime } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { OPERATION_SENTENCES, operationBadge } from "#console/ui/shell/operation.ts";
import { groupsOf, heldBy, operationOf, pairWarningsOf } from "#console/ui/shell/pair-groups.ts";
import { REASON_SENTENCES, STATE_WORDS, WARNING_SENTENCES } from "#console/ui/shell/pair-warnings.ts";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { StateBadge } from "#console/ui/widgets/state-badge.tsx";
import { Age, Span } from "#console/ui/widgets/time.tsx";

/** Those that are as the administrator has it. */
const MILD: ReadonlySet<PairWarningCode> = new Set(["not-authenticated", "in-maintenance"]);

interface OperationStatusProps {
  readonly pair: Pair;
  /** When that was news, by this browser's clock. */
  readonly at: number;
}

export function OperationStatus({ pair, at }: OperationStatusProps) {
  const title = say(["現在のシステム運用状況", "Present operation"]);
  if (!pair.enabled)
    return (
      <Card title={title}>
        <p>{say(["システム冗長化は設定されていません。", "Redundancy is not set up."])}</p>
      </Card>
    );
  const { status, fault } = pair;
  const warnings = pairWarningsOf(status);
  const isCut = warnings.includes("communication-error");
  return (
    <Card
      title={title}
      actions={
        <span class="soft">
          {say(["{time} 現在の使用状況", "As of {time}"], { time: formatTime(new Date(at)) })} (
          <Age at={at} />)
        </span>
      }
    >
      <div class="stack">
        {pair.floatingAddresses.length > 0 ? null : (
          <Notice tone="caution">
            {say([
              "F-IP がまだないため、監視は始まっていません。インタフェースで追加してください。",
              "No heartbeat yet, because there is no floating address: add one at Interfaces.",
            ])}
          </Notice>
        )}
        {fault === null ? null : (
          <Notice tone="fault" urgent>
            {say(["監視プロセスが応答しません: {fault}", "The heartbeat process does not answer: {fault}"], {
              fault: unitText(fault),
            })}
          </Notice>
        )}
        {warnings.map((warning) => (
          <Notice key={warning} tone={MILD.has(warning) ? "caution" : "fault"}>
            {say(WARNING_SENTENCES[warning])}
          </Notice>
        ))}
        <div aria-live="polite">
          <Facts
            rows={[
              [
                say(["本サーバ", "This unit"]),
                <UnitSentence
                  key="own"
                  operation={operationOf(status, "own")}
                  held={heldBy(status, "own")}
                />,
              ],
              [
                say(["相手サーバ", "Other unit"]),
                <UnitSentence
                  key="peer"
                  operation={isCut ? null : operationOf(status, "peer")}
                  held={isCut ? [] : heldBy(status, "peer")}
                  isCut={isCut}
                />,
              ],
            ]}
          />
        </div>
        {status === null ? null : <Details pair={pair} status={status} at={at} />}
      </div>
    </Card>
  );
}

interface UnitSentenceProps {
  readonly operation: keyof typeof OPERATION_SENTENCES | null;
  readonly held: readonly string[];
  readonly isCut?: boolean;
}

function UnitSentence({ operation, held, isCut = false }: UnitSentenceProps) {
  const { tone, word } = operationBadge(operation);
  const sentence =
    operation === null
      ? isCut
        ? say(["通信異常が発生しています。", "Communication error."])
        : say(["まだ応答がありません。", "Not heard yet."])
      : say(OPERATION_SENTENCES[operation]);
  return (
    <span class="row">
      <StateBadge tone={isCut ? "fault" : tone}>{isCut ? say(["通信異常", "Error"]) : say(word)}</StateBadge>
      <span>{sentence}</span>
      {held.length === 0 ? null : (
        <span class="soft">
          {say(["F-IP {addresses} を保持", "Holds {addresses}"], { addresses: held.join(", ") })}
        </span>
      )}
    </span>
  );
}

interface DetailsProps extends OperationStatusProps {
  readonly status: NonNullable<Pair["status"]>;
}

function Details({ pair, status, at }: DetailsProps) {
  const { own, peer } = status;
  const groups = groupsOf(status);
  const addresses = groups.map(({ floatingAddresses }) => floatingAddresses.join(", ")).join(" / ");
  return (
    <details>
      <summary>{say(["詳細", "Details"])}</summary>
      <Facts
        rows={[
          ["F-IP", addresses],
          [
            say(["状態と理由", "State and reason"]),
            groups
              .map((group) =>
                say(["{state}（{reason}）", "{state} ({reason})"], {
                  state: say(STATE_WORDS[group.own.state]),
                  reason: say(REASON_SENTENCES[group.own.reason]),
                }),
              )
              .join(" / "),
          ],
          [say(["この状態の長さ", "For"]), <Span key="since" ms={own.sinceMs} />],
          [
            say(["相手からの最終受信", "Peer heard"]),
            peer === null ? "–" : <Age key="heard" at={at - peer.heardMs} />,
          ],
          [
            say(["往復時間", "Round trip"]),
            peer?.roundTripMs == null ? "–" : `${peer.roundTripMs.toFixed(2)} ms`,
          ],
          [
            say(["監視パケット", "Heartbeats"]),
            say(
              [
                "送信 {sent}、受信 {received}、欠落 {lost}、遅延 {late}",
                "sent {sent}, received {received}, lost {lost}, late {late}",
              ],
              {
                sent: status.sent,
                received: status.received,
                lost: status.lost,
                late: status.late,
              },
            ),
          ],
          [
            say(["監視条件", "Takeover after"]),
            say(["{interval} ミリ秒 × {count} 回", "{interval} ms × {count}"], {
              interval: pair.intervalMs,
              count: pair.count,
            }),
          ],
        ]}
      />
    </details>
  );
}
