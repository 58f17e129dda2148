/** API トークン: for programs; the secret is shown once. */
import { useState } from "preact/hooks";
import type { Role } from "#console/contract/endpoints.ts";
import { call } from "#console/ui/api/client.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import { ROLE_NAMES } from "#console/ui/shell/role-names.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { Card } from "#console/ui/widgets/card.tsx";
import { Copyable } from "#console/ui/widgets/copyable.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { SelectField } from "#console/ui/widgets/select-field.tsx";
import { Table } from "#console/ui/widgets/table.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { Time } from "#console/ui/widgets/time.tsx";

const ROLES: readonly Role[] = ["read-only", "operator", "administrator"];

const LIVES = [
  ["24", ["1 日", "1 day"]],
  ["720", ["30 日", "30 days"]],
  ["2160", ["90 日", "90 days"]],
  ["8760", ["1 年", "1 year"]],
] as const;

export function Page() {
  const tokens = useAnswer("tokens.list", {});
  const [secret, setSecret] = useState<string | null>(null);
  const revoke = async (token: string, label: string): Promise<void> => {
    const yes = await ask({
      title: say(["{label} を失効させますか？", "Revoke {label}?"], { label }),
      consequence: say([
        "このトークンを使うプログラムはすぐに拒否されます。",
        "Programs that use it are refused at once.",
      ]),
      action: say(["失効させる", "Revoke"]),
      danger: true,
    });
    if (!yes) return;
    await act(call("tokens.remove", { params: { token } }), say(["失効させました。", "Revoked."]));
    await tokens.reload();
  };
  return (
    <Answer of={tokens}>
      {(answer) => (
        <div class="stack">
          {secret === null ? null : (
            <Notice tone="caution" urgent>
              <p>{say(["トークンです。ここでしか表示しません。", "The token, shown only here."])}</p>
              <Copyable text={secret} />
            </Notice>
          )}
          <Table
            caption={say(["API トークン", "API tokens"])}
            rows={answer.tokens}
            rowKey={({ id }) => id}
            empty={say([
              "まだありません。下で作成すると、プログラムから API を使えます。",
              "None yet. Make one below to use the API from a program.",
            ])}
            columns={[
              { key: "label", title: say(["名前", "Label"]), cell: ({ label }) => label },
              { key: "role", title: say(["権限", "Role"]), cell: ({ role }) => say(ROLE_NAMES[role]) },
              {
                key: "networks",
                title: say(["利用元", "From"]),
                cell: ({ networks }) =>
                  networks.length === 0 ? say(["どこでも", "anywhere"]) : networks.join(", "),
              },
              {
                key: "expires",
                title: say(["期限", "Expires"]),
                cell: ({ expiresAt }) => expiresAt,
                show: ({ expiresAt }) => <Time at={expiresAt} />,
              },
              {
                key: "used",
                title: say(["最後の利用", "Last used"]),
                cell: ({ lastUsedAt }) => lastUsedAt,
                show: ({ lastUsedAt }) => (lastUsedAt === null ? "–" : <Time at={lastUsedAt} />),
              },
              {
                key: "actions",
                title: say(["操作", "Actions"]),
                show: ({ id, label }) => (
                  <Button small onPress={() => revoke(id, label)}>
                    {say(["失効", "Revoke"])}
                    <span class="sr"> {label}</span>
                  </Button>
                ),
              },
            ]}
          />
          <NewTokenCard
            onMade={async (made) => {
              setSecret(made);
              await tokens.reload();
            }}
          />
        </div>
      )}
    </Answer>
  );
}

function NewTokenCard({ onMade }: { readonly onMade: (secret: string) => Promise<void> }) {
  const [label, setLabel] = useState("");
  const [role, setRole] = useState<Role>("read-only");
  const [networks, setNetworks] = useState("");
  const [hours, setHours] = useState<(typeof LIVES)[number][0]>("720");
  const make = async (): Promise<void> => {
    const body = {
      label: label.trim(),
      role,
      networks: networks.split(/[\s,、]+/).filter((network) => network !== ""),
      expiresInHours: Number(hours),
    };
    const made = await act(call("tokens.create", { body }));
    if (made === null) return;
    setLabel("");
    await onMade(made.secret);
  };
  return (
    <Card title={say(["トークンの作成", "Make a token"])}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <TextField label={say(["名前", "Label"])} value={label} onValue={setLabel} required />
        <SelectField
          label={say(["権限", "Role"])}
          value={role}
          choices={ROLES.map((one) => [one, say(ROLE_NAMES[one])])}
          onValue={setRole}
        />
        <TextField
          label={say(["利用元のネットワーク", "Networks"])}
          value={networks}
          onValue={setNetworks}
          help={say([
            "空白で区切ります。空ならどこからでも使えます。",
            "Separated by spaces; empty for anywhere.",
          ])}
        />
        <SelectField
          label={say(["期限", "Expires after"])}
          value={hours}
          choices={LIVES.map(([value, words]) => [value, say(words)])}
          onValue={setHours}
        />
        <button type="submit" class="button primary">
          {say(["作成", "Make"])}
        </button>
      </form>
    </Card>
  );
}
