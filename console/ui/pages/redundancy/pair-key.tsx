/** 事前共有鍵: given or made here, kept in a file of the unit, and named in the form. */
import { useState } from "preact/hooks";
import type { KeptPairKey } from "#console/contract/pair.ts";
import { PAIR_KEY_PATTERN } from "#console/contract/pair-key.ts";
import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import type { Draft } from "#console/ui/forms/draft.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { Copyable } from "#console/ui/widgets/copyable.tsx";
import { Dialog } from "#console/ui/widgets/dialog.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";

const KEY = new RegExp(PAIR_KEY_PATTERN);

export function PairKey({ draft }: { readonly draft: Draft }) {
  const [isOpen, setOpen] = useState(false);
  if (!may("pair.keys.add")) return null;
  return (
    <div>
      <Button onPress={() => setOpen(true)}>{say(["事前共有鍵を設定…", "Set the pair key …"])}</Button>
      {isOpen ? (
        <PairKeyDialog
          onKept={(keyFile) => draft.set("redundancy.keyFile", keyFile)}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </div>
  );
}

interface PairKeyDialogProps {
  readonly onKept: (keyFile: string) => void;
  readonly onClose: () => void;
}

function PairKeyDialog({ onKept, onClose }: PairKeyDialogProps) {
  const [key, setKey] = useState("");
  const [kept, setKept] = useState<KeptPairKey | null>(null);
  const isGood = key === "" || KEY.test(key);
  const keep = async (): Promise<void> => {
    const answer = await act(call("pair.keys.add", { body: key === "" ? {} : { key } }));
    if (answer === null) return;
    onKept(answer.keyFile);
    setKept(answer);
    setKey("");
  };
  const buttons =
    kept === null ? (
      <>
        <Button onPress={onClose}>{say(["やめる", "Cancel"])}</Button>
        <Button look="primary" disabled={!isGood} onPress={keep}>
          {key === "" ? say(["鍵を作る", "Make a key"]) : say(["この鍵を使う", "Use this key"])}
        </Button>
      </>
    ) : (
      <Button look="primary" onPress={onClose}>
        {say(["閉じる", "Close"])}
      </Button>
    );
  return (
    <Dialog title={say(["事前共有鍵", "Pair key"])} onClose={onClose} buttons={buttons}>
      {kept === null ? (
        <TextField
          label={say(["相手サーバと同じ鍵", "The key that the other unit has"])}
          value={key}
          onValue={setKey}
          type="password"
          help={say(["空のままにすると、新しい鍵を作ります。", "Leave it empty to make a new one."])}
          error={
            isGood
              ? null
              : say([
                  "空白を含まない 16 文字以上の英数記号です。",
                  "16 characters or more, in ASCII and without spaces.",
                ])
          }
        />
      ) : (
        <KeptNotice kept={kept} />
      )}
    </Dialog>
  );
}

function KeptNotice({ kept }: { readonly kept: KeptPairKey }) {
  return (
    <div class="stack">
      {kept.madeKey === null ? null : (
        <>
          <p class="prose">
            {say([
              "この鍵は今だけ表示します。相手サーバの同じ画面に入力してください。",
              "This key is shown only now. Enter it on the same page of the other unit.",
            ])}
          </p>
          <p>
            <Copyable text={kept.madeKey} />
          </p>
        </>
      )}
      <p class="prose">
        {say([
          "フォームに入りました。「設定」で適用すると使われます。",
          "It is in the form: it is used once that is applied.",
        ])}
      </p>
    </div>
  );
}
