/** Adding a real address to an interface: IPアドレス and サブネットマスク, as in the manual. */
import { useState } from "preact/hooks";
import type { Interfaces } from "#console/contract/network.ts";
import { call } from "#console/ui/api/client.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { prefixLengthOf } from "./netmask.ts";

interface AddAddressProps {
  readonly interfaceName: string;
  readonly onAdd: (doing: Promise<Interfaces | null>) => Promise<void>;
}

export function AddAddress({ interfaceName, onAdd }: AddAddressProps) {
  const [address, setAddress] = useState("");
  const [mask, setMask] = useState("255.255.255.0");
  const prefixLength = prefixLengthOf(mask);
  const add = async (): Promise<void> => {
    if (prefixLength === null) return;
    const body = { address: address.trim(), prefixLength };
    const doing = act(
      call("interfaces.address.add", { params: { interface: interfaceName }, body }),
      say([
        "追加しました。120 秒以内に確定しないと元に戻ります。再起動は不要で、確定すれば再起動後も残ります。",
        "Added on trial: confirm it within 120 s. No reboot is needed, and once confirmed it outlives one.",
      ]),
    );
    await onAdd(doing);
    if ((await doing) !== null) setAddress("");
  };
  return (
    <details>
      <summary>{say(["実IPアドレスの追加", "Add a real address"])}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <TextField label={say(["IPアドレス", "Address"])} value={address} onValue={setAddress} required />
        <TextField
          label={say(["サブネットマスク", "Netmask"])}
          value={mask}
          onValue={setMask}
          required
          help={say(["255.255.255.0 または 24 のように。", "Such as 255.255.255.0 or 24."])}
          error={prefixLength === null ? say(["マスクではありません。", "This is no mask."]) : null}
        />
        <button type="submit" class="button" disabled={prefixLength === null}>
          {say(["追加", "Add"])}
        </button>
      </form>
    </details>
  );
}
