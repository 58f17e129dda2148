/** システム > ネットワーク > インタフェース: real addresses in blue, floating ones in black, as in the manual. */
import type { Interface, Interfaces } from "#console/contract/network.ts";
import { call } from "#console/ui/api/client.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { SettingsForm } from "#console/ui/forms/settings-form.tsx";
import { formatBytes } from "#console/ui/i18n/format.ts";
import { say } from "#console/ui/i18n/language.ts";
import { unitText } from "#console/ui/i18n/unit-words.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { StateBadge } from "#console/ui/widgets/state-badge.tsx";
import { AddAddress } from "./add-address.tsx";
import { AddressRow } from "./address-row.tsx";
import { MtuForm } from "./mtu-form.tsx";

const EVERY_MS = 5_000;
const LOOPBACK = "lo";

export function Page() {
  const interfaces = useAnswer("interfaces.list", {}, { everyMs: EVERY_MS });
  return (
    <div class="stack">
      <Answer of={interfaces}>
        {(answer) => (
          <div class="stack">
            <Legend />
            {answer.mayChange ? null : (
              <Notice tone="caution">
                {say(
                  [
                    "実IPアドレスはここでは変更できません: {why}",
                    "Real addresses cannot be changed here: {why}",
                  ],
                  {
                    why: unitText(answer.why ?? ""),
                  },
                )}
              </Notice>
            )}
            {inOrder(answer.interfaces).map((one) => (
              <InterfaceCard key={one.name} of={one} all={answer} onChanged={interfaces.replace} />
            ))}
          </div>
        )}
      </Answer>
      <FloatingForm />
    </div>
  );
}

/** The one with the floating addresses first, then what is up. */
const inOrder = (interfaces: readonly Interface[]): readonly Interface[] =>
  [...interfaces].sort((a, b) => rank(a) - rank(b));

const rank = ({ carriesFloating, isUp, name }: Interface): number =>
  carriesFloating ? 0 : isUp && name !== LOOPBACK ? 1 : isUp ? 2 : 3;

function Legend() {
  return (
    <p>
      <span class="address real">192.0.2.1</span> {say(["青字 = 実IPアドレス", "blue = real address"])}{" "}
      <span class="address floating">192.0.2.100</span>{" "}
      {say(["黒字 = F-IPアドレス", "black = floating address"])}
    </p>
  );
}

interface InterfaceCardProps {
  readonly of: Interface;
  readonly all: Interfaces;
  readonly onChanged: (interfaces: Interfaces) => void;
}

function InterfaceCard({ of, all, onChanged }: InterfaceCardProps) {
  const mayChange = all.mayChange && of.name !== LOOPBACK;
  const others = all.interfaces
    .map(({ name }) => name)
    .filter((name) => name !== of.name && name !== LOOPBACK);
  const change = async (doing: Promise<Interfaces | null>): Promise<void> => {
    const answer = await doing;
    if (answer !== null) onChanged(answer);
  };
  return (
    <Card
      title={of.name}
      actions={
        <>
          <StateBadge tone={of.isUp ? (of.hasCarrier ? "active" : "fault") : "unknown"}>
            {linkWord(of)}
          </StateBadge>
          {of.carriesFloating ? (
            <StateBadge tone="standby">
              {say(["F-IP のインタフェース", "carries floating addresses"])}
            </StateBadge>
          ) : null}
        </>
      }
    >
      <div class="stack">
        <ul class="addresses">
          {of.addresses.map((address) => (
            <AddressRow
              key={`${address.address}/${address.prefixLength}`}
              address={address}
              interfaceName={of.name}
              others={others}
              mayChange={mayChange}
              onChange={change}
            />
          ))}
        </ul>
        {of.addresses.length === 0 ? (
          <p class="soft">
            {say(["アドレスがありません。下で追加してください。", "No address; add one below."])}
          </p>
        ) : null}
        {mayChange ? (
          <>
            <AddAddress interfaceName={of.name} onAdd={change} />
            <MtuForm
              mtu={of.mtu}
              onSet={(mtu) =>
                change(
                  act(
                    call("interfaces.mtu", { params: { interface: of.name }, body: { mtu } }),
                    say([
                      "MTU値を変更しました。120 秒以内に確定してください。",
                      "The MTU was changed on trial: confirm it within 120 s.",
                    ]),
                  ),
                )
              }
            />
          </>
        ) : null}
        <Facts
          rows={[
            ["MAC", of.mac ?? "–"],
            ...(mayChange ? [] : [[say(["MTU値", "MTU"]), of.mtu] as const]),
            [say(["速度", "Speed"]), of.speedMbps === null ? "–" : `${of.speedMbps} Mbit/s`],
            [
              say(["受信 / 送信", "Received / sent"]),
              `${formatBytes(of.receivedBytes)} / ${formatBytes(of.sentBytes)}`,
            ],
            [say(["エラー / 破棄", "Errors / drops"]), `${of.errors} / ${of.drops}`],
          ]}
        />
      </div>
    </Card>
  );
}

function linkWord({ isUp, hasCarrier }: Interface): string {
  if (!isUp) return say(["停止", "down"]);
  return hasCarrier
    ? say(["リンクあり", "link up"])
    : say(["リンクなし（ケーブルを確認）", "no link; check the cable"]);
}

/** Floating addresses are settings of the pair: they are applied without a restart of the machine. */
function FloatingForm() {
  return (
    <SettingsForm
      groups={[
        {
          title: say(["F-IP（フローティングIPアドレス）の設定", "Floating addresses"]),
          intro: (
            <p class="soft prose">
              {say([
                "※eth0（AFT/ALB 時は bond0）に設定したエイリアスIPアドレスが、システム冗長化を行う場合の F-IPアドレスとして認識されます。他のインタフェースに設定しても、F-IP としては認識されません。両方のユニットに同じものを設定してください。再起動は不要です。",
                "Only aliases of the first interface (eth0, or bond0 with AFT/ALB) are floating addresses; elsewhere they are not. Set the same ones at both units. No reboot is needed.",
              ])}
            </p>
          ),
          paths: ["redundancy.floatingAddresses"],
        },
        {
          title: say([
            "このユニットが保つ実IPアドレスとMTU値",
            "Real addresses and MTU that this unit keeps",
          ]),
          intro: (
            <p class="soft prose">
              {say([
                "上で追加・変更したものはここに残り、起動のたびに反映されます。ここにないアドレスは OS の設定によるもので、削除しても OS の再起動で戻ります。",
                "What is added or changed above is listed here and put back at each start. Other addresses come from the system: removed ones return when it restarts.",
              ])}
            </p>
          ),
          isFolded: true,
          paths: ["network.addresses", "network.mtus"],
        },
      ]}
    />
  );
}
