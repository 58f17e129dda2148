/** Both units side by side: who holds the floating addresses, what is heard between them, and how old that is. */
import { PEER_PREFIX } from "#console/contract/endpoints.ts";
import type { Pair, PairStatus } from "#console/contract/pair.ts";
import { say } from "#console/ui/i18n/language.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { operationBadge } from "#console/ui/shell/operation.ts";
import { heldBy, operationOf } from "#console/ui/shell/pair-groups.ts";
import { routeTo } from "#console/ui/shell/route.ts";
import { Card } from "#console/ui/widgets/card.tsx";
import { now } from "#console/ui/widgets/clock.ts";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { StateBadge, type Tone } from "#console/ui/widgets/state-badge.tsx";
import { Age } from "#console/ui/widgets/time.tsx";

interface PairPictureProps {
  readonly unit: string;
  readonly pair: Pair;
  /** When that was news, by this browser's clock. */
  readonly heardAt: number;
}

/** Beats that are missing for twice as long as a takeover takes are no news any more. */
const STALE_FACTOR = 2;

export function PairPicture({ unit, pair, heardAt }: PairPictureProps) {
  const title = say(["システム冗長化", "Redundancy"]);
  const link = (
    <a href={routeTo("/system/redundancy")}>{say(["システム冗長化設定へ", "To the redundancy settings"])}</a>
  );
  if (!pair.enabled)
    return (
      <Card title={title} actions={link}>
        <p>
          {say([
            "このユニットは単独で運用しています。2 台で冗長化するには、両方のユニットで「システム冗長化設定」を「する」にしてください。",
            "This unit works alone. To run it as one of two, turn redundancy on at both units.",
          ])}
        </p>
      </Card>
    );
  const { status } = pair;
  const peer = peerOf(pair, status, heardAt);
  return (
    <Card title={title} actions={link}>
      {pair.fault === null ? null : <Notice tone="fault">{unitText(pair.fault)}</Notice>}
      <div class="pair">
        <UnitBox
          name={unit}
          who={say(["本サーバ", "This unit"])}
          badge={operationBadge(operationOf(status, "own"))}
          role={pair.role}
          holding={heldBy(status, "own")}
        />
        <LinkBetween status={status} isFresh={peer.isFresh} />
        <UnitBox
          name={pair.peerAddress ?? "–"}
          who={say(["相手サーバ", "Other unit"])}
          badge={operationBadge(peer.isFresh ? operationOf(status, "peer") : null)}
          role={peer.unit?.role ?? null}
          holding={peer.isFresh ? heldBy(status, "peer") : []}
          {...(peer.at === null ? {} : { knownAt: peer.at })}
          {...(pair.peerConsole === null ? {} : { console: pair.peerConsole })}
        />
      </div>
    </Card>
  );
}

function peerOf(pair: Pair, status: PairStatus | null, heardAt: number) {
  const unit = status?.peer ?? null;
  if (unit === null) return { unit, at: null, isFresh: false };
  const at = heardAt - unit.heardMs;
  const limitMs = pair.intervalMs * pair.count * STALE_FACTOR + 2_000;
  return { unit, at, isFresh: now.value - at < limitMs };
}

interface UnitBoxProps {
  readonly name: string;
  readonly who: string;
  readonly badge: ReturnType<typeof operationBadge>;
  readonly role: "active" | "standby" | null;
  readonly holding: readonly string[];
  readonly knownAt?: number;
  readonly console?: string;
}

function UnitBox({ name, who, badge, role, holding, knownAt, console: peerConsole }: UnitBoxProps) {
  const roleWord =
    role === "active" ? say(["稼働系", "active"]) : role === "standby" ? say(["待機系", "standby"]) : "–";
  return (
    <div class={`unit ${badge.tone}`}>
      <div class="row spread">
        <span class="soft">{who}</span>
        <StateBadge tone={badge.tone}>{say(badge.word)}</StateBadge>
      </div>
      <div class="name">{name}</div>
      <div class="soft">
        {say(["設定", "Set as"])}: {roleWord}
        {knownAt === undefined ? null : (
          <>
            {" · "}
            {say(["最終受信", "heard"])} <Age at={knownAt} />
          </>
        )}
      </div>
      <div class="holding">
        {holding.length === 0 ? (
          <span class="soft">{say(["F-IP は保持していません", "Holds no floating address"])}</span>
        ) : (
          holding.map((address) => (
            <StateBadge key={address} tone="active">
              <span class="address">F-IP {address}</span>
            </StateBadge>
          ))
        )}
      </div>
      {peerConsole === undefined ? null : <PeerConsoleLinks direct={peerConsole} />}
    </div>
  );
}

/** The other unit has its own sign-in, whichever way its pages come. */
function PeerConsoleLinks({ direct }: { readonly direct: string }) {
  const relayed = new URL(`${PEER_PREFIX.slice(1)}/`, document.baseURI);
  return (
    <div class="row">
      <a href={relayed.href}>{say(["この画面から開く", "Open through this unit"])}</a>
      <a href={direct}>{say(["直接開く", "Open directly"])}</a>
    </div>
  );
}

function LinkBetween({ status, isFresh }: { readonly status: PairStatus | null; readonly isFresh: boolean }) {
  const paths = status?.paths ?? [];
  const heard = paths.filter((path) => path).length;
  const tone: Tone = !isFresh ? "unknown" : heard < paths.length ? "caution" : "active";
  const roundTrip = status?.peer?.roundTripMs ?? null;
  return (
    <div class="link">
      <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
        <line
          x1="0"
          y1="6"
          x2="100"
          y2="6"
          stroke={`var(--${tone})`}
          stroke-width="2"
          stroke-dasharray={isFresh ? undefined : "4 4"}
          vector-effect="non-scaling-stroke"
        />
      </svg>
      <StateBadge tone={tone}>
        {isFresh ? say(["監視 正常", "Heartbeat"]) : say(["監視 応答なし", "No heartbeat"])}
      </StateBadge>
      {paths.length > 1 ? (
        <span>{say(["経路 {heard} / {all}", "Paths {heard} / {all}"], { heard, all: paths.length })}</span>
      ) : null}
      {roundTrip === null || !isFresh ? null : <span class="soft">{roundTrip.toFixed(1)} ms</span>}
    </div>
  );
}
