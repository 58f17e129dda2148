/** The console's own certificate: looked at, replaced, or made anew. */
import { useState } from "preact/hooks";
import type { Certificate } from "#console/contract/upkeep.ts";
import { call } from "#console/ui/api/client.ts";
import { may } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Card, Facts } from "#console/ui/widgets/card.tsx";
import { Copyable } from "#console/ui/widgets/copyable.tsx";
import { FileField } from "#console/ui/widgets/file-field.tsx";
import { Notice } from "#console/ui/widgets/notice.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { ConsoleForm } from "./console-form.tsx";

const DAYS_LOW = 30;

export function Page() {
  const certificate = useAnswer("certificate.read", {});
  return (
    <div class="stack">
      <Answer of={certificate}>{(answer) => <Present certificate={answer} />}</Answer>
      {may("certificate.replace") ? <ReplaceCard onReplaced={certificate.replace} /> : null}
      {may("certificate.generate") ? <GenerateCard onMade={certificate.replace} /> : null}
      <ConsoleForm />
    </div>
  );
}

function Present({ certificate: { certificate } }: { readonly certificate: Certificate }) {
  if (certificate === null)
    return (
      <Notice tone="standby">
        {say([
          "この管理コンソールは、このユニットの中（ループバック）でだけ平文の HTTP で動作しています。",
          "This console speaks plain HTTP, on loopback only.",
        ])}
      </Notice>
    );
  return (
    <Card title={say(["現在の証明書", "Present certificate"])}>
      <div class="stack">
        {certificate.daysLeft < DAYS_LOW ? (
          <Notice tone="caution">
            {say(["あと {days} 日で期限が切れます。", "It expires in {days} days."], {
              days: certificate.daysLeft,
            })}
          </Notice>
        ) : null}
        <Facts
          rows={[
            [say(["対象", "Subject"]), certificate.subject],
            [
              say(["発行者", "Issuer"]),
              certificate.isSelfSigned ? say(["自己署名", "self-signed"]) : certificate.issuer,
            ],
            [say(["名前", "Names"]), certificate.names.join(", ")],
            [say(["有効期間", "Valid"]), `${certificate.validFrom} – ${certificate.validTo}`],
            [
              say(["指紋（SHA-256）", "Fingerprint (SHA-256)"]),
              <Copyable key="print" text={certificate.fingerprint} />,
            ],
          ]}
        />
      </div>
    </Card>
  );
}

function ReplaceCard({ onReplaced }: { readonly onReplaced: (certificate: Certificate) => void }) {
  const [certificate, setCertificate] = useState("");
  const [key, setKey] = useState("");
  const replace = async (): Promise<void> => {
    const done = await act(
      call("certificate.replace", { body: { certificate, key } }),
      say(["証明書を置き換えました。", "The certificate was replaced."]),
    );
    if (done !== null) onReplaced(done);
  };
  return (
    <Card title={say(["証明書の置き換え", "Replace it"])}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void replace();
        }}
      >
        <FileField
          label={say(["証明書（PEM）", "Certificate (PEM)"])}
          accept=".pem,.crt,.cer"
          onText={setCertificate}
        />
        <FileField label={say(["秘密鍵（PEM）", "Private key (PEM)"])} accept=".pem,.key" onText={setKey} />
        <button type="submit" class="button primary" disabled={certificate === "" || key === ""}>
          {say(["置き換える", "Replace"])}
        </button>
      </form>
    </Card>
  );
}

function GenerateCard({ onMade }: { readonly onMade: (certificate: Certificate) => void }) {
  const [names, setNames] = useState("");
  const make = async (): Promise<void> => {
    const listed = names.split(/[\s,、]+/).filter((name) => name !== "");
    const done = await act(
      call("certificate.generate", { body: { names: listed } }),
      say([
        "証明書を作成しました。ブラウザで指紋を確認してください。",
        "Made; compare the fingerprint in your browser.",
      ]),
    );
    if (done !== null) onMade(done);
  };
  return (
    <Card title={say(["自己署名証明書の作成", "Make a self-signed one"])}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <TextField
          label={say(["名前とアドレス", "Names and addresses"])}
          value={names}
          onValue={setNames}
          help={say([
            "空白で区切ります。空ならユニット名と実IPアドレスを使います。",
            "Separated by spaces; the unit's name and addresses when empty.",
          ])}
        />
        <button type="submit" class="button">
          {say(["作成する", "Make it"])}
        </button>
      </form>
    </Card>
  );
}
