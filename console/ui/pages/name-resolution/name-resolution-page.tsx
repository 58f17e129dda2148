/** 名前解決診断: resolves a name as the proxy would. */
import { useState } from "preact/hooks";
import type { ResolveAnswer } from "#console/contract/network.ts";
import { call, type Trouble } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import { Answer, TroubleNotice } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Copyable } from "#console/ui/widgets/copyable.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";

export function Page() {
  const resolver = useAnswer("network.resolver", {});
  return (
    <div class="stack">
      <Answer of={resolver}>
        {({ servers, source, search, hostname }) => (
          <Card title={say(["いまのネームサーバ", "Name servers in use"])}>
            <Facts
              rows={[
                [say(["ネームサーバ", "Servers"]), servers.join(", ") || "–"],
                [
                  say(["設定元", "From"]),
                  source === "settings"
                    ? say(["この管理コンソールの設定", "these settings"])
                    : say(["システム", "the system"]),
                ],
                [say(["検索ドメイン", "Search"]), search.join(", ") || "–"],
                [say(["ホスト名", "Host name"]), hostname],
              ]}
            />
          </Card>
        )}
      </Answer>
      {may("network.resolve") ? <TestCard /> : null}
    </div>
  );
}

function TestCard() {
  const [name, setName] = useState("");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [answer, setAnswer] = useState<ResolveAnswer | null>(null);
  const resolve = async (): Promise<void> => {
    const outcome = await call("network.resolve", { body: { name: name.trim() } });
    setTrouble(outcome.ok ? null : outcome.error);
    setAnswer(outcome.ok ? outcome.value : null);
  };
  return (
    <Card title={say(["診断", "Test"])}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void resolve();
        }}
      >
        <div class="fields">
          <TextField
            label={say(["ホスト名", "Host name"])}
            value={name}
            onValue={setName}
            required
            placeholder="www.example.com"
            after={
              <button type="submit" class="button">
                {say(["解決する", "Resolve"])}
              </button>
            }
          />
        </div>
        <TroubleNotice trouble={trouble} />
        {answer === null ? null : <Resolved answer={answer} />}
      </form>
    </Card>
  );
}

function Resolved({ answer }: { readonly answer: ResolveAnswer }) {
  return (
    <div class="stack" aria-live="polite">
      {answer.fault === null ? null : <Notice tone="fault">{answer.fault}</Notice>}
      <Facts
        rows={[
          [say(["名前", "Name"]), answer.name],
          [
            say(["アドレス", "Addresses"]),
            <span class="stack">
              {answer.addresses.map(({ address }) => (
                <Copyable key={address} text={address} />
              ))}
            </span>,
          ],
          [say(["かかった時間", "Took"]), `${answer.durationMs.toFixed(1)} ms`],
        ]}
      />
    </div>
  );
}
