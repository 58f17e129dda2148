/** MTU値. */
import { useState } from "preact/hooks";
import { say } from "#console/ui/i18n/language.ts";
import { TextField } from "#console/ui/widgets/text-field.tsx";

const MTU_MIN = 576;
const MTU_MAX = 65_535;

export function MtuForm({
  mtu,
  onSet,
}: {
  readonly mtu: number;
  readonly onSet: (mtu: number) => Promise<void>;
}) {
  const [text, setText] = useState(String(mtu));
  const wanted = Number(text);
  const isFaulty = !Number.isInteger(wanted) || wanted < MTU_MIN || wanted > MTU_MAX;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isFaulty) void onSet(wanted);
      }}
    >
      <TextField
        label={say(["MTU値", "MTU"])}
        value={text}
        onValue={setText}
        error={
          isFaulty
            ? say(["{min} から {max} の整数です。", "A whole number from {min} to {max}."], {
                min: MTU_MIN,
                max: MTU_MAX,
              })
            : null
        }
        after={
          <button type="submit" class="button" disabled={isFaulty || wanted === mtu}>
            {say(["変更", "Change"])}
          </button>
        }
      />
    </form>
  );
}
