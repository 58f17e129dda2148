/** One address of an interface, with what can be done with it. */
import { useState } from "preact/hooks";
import type { Interface, Interfaces } from "#console/contract/network.ts";
import { call } from "#console/ui/api/client.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";
import { Select } from "#console/ui/widgets/select-field.tsx";
import { netmaskOf } from "./netmask.ts";

interface AddressRowProps {
  readonly address: Interface["addresses"][number];
  readonly interfaceName: string;
  readonly others: readonly string[];
  readonly mayChange: boolean;
  readonly onChange: (doing: Promise<Interfaces | null>) => Promise<void>;
}

export function AddressRow({ address: one, interfaceName, others, mayChange, onChange }: AddressRowProps) {
  const { address, prefixLength, kind, isPresent } = one;
  const params = { interface: interfaceName, address };
  const mask = one.family === "ipv4" ? netmaskOf(prefixLength) : String(prefixLength);
  const remove = async (): Promise<void> => {
    const yes = await ask({
      title: say(["{address} を削除しますか？", "Remove {address}?"], { address }),
      consequence: say(
        [
          "このアドレスへの通信はすぐに切れます。管理コンソールをこのアドレスで開いている場合、操作できなくなります。",
          "Traffic to this address ends at once. If you have opened the console there, you lose it.",
        ],
        {},
      ),
      action: say(["削除する", "Remove"]),
      danger: true,
    });
    if (yes)
      await onChange(act(call("interfaces.address.remove", { params }), say(["削除しました。", "Removed."])));
  };
  return (
    <li class="row">
      <span class={`address ${kind}`}>
        {address} / {mask}
      </span>
      <span class="soft">
        {kind === "real" ? say(["実IP", "real"]) : "F-IP"}
        {kind === "floating" && !isPresent
          ? say(["（このユニットは保持していません）", " (not held by this unit)"])
          : ""}
        {kind === "floating" && isPresent ? say(["（保持中）", " (held)"]) : ""}
      </span>
      {mayChange && kind === "real" && one.scope !== "link" && one.scope !== "host" ? (
        <>
          <MoveAddress
            others={others}
            onMove={(to) =>
              onChange(
                act(
                  call("interfaces.address.move", { params, body: { to } }),
                  say(["{to} に移動しました。", "Moved to {to}."], { to }),
                ),
              )
            }
          />
          <Button small onPress={remove}>
            {say(["削除", "Remove"])}
            <span class="sr"> {address}</span>
          </Button>
        </>
      ) : null}
    </li>
  );
}

interface MoveAddressProps {
  readonly others: readonly string[];
  readonly onMove: (to: string) => Promise<void>;
}

function MoveAddress({ others, onMove }: MoveAddressProps) {
  const [to, setTo] = useState(others[0] ?? "");
  if (others.length === 0) return null;
  return (
    <span class="row">
      <Select
        label={say(["IPアドレス移動先", "Move to"])}
        value={to}
        choices={others.map((name) => [name, name])}
        onValue={setTo}
      />
      <Button small onPress={() => onMove(to)}>
        {say(["IPアドレス移動", "Move"])}
      </Button>
    </span>
  );
}
