/** 利用者: accounts, their roles, locks and codes. */
import { useState } from "preact/hooks";
import type { Role } from "#console/contract/endpoints.ts";
import type { User } from "#console/contract/session.ts";
import { call } from "#console/ui/api/client.ts";
import { session } from "#console/ui/api/session.ts";
import { useAnswer } from "#console/ui/api/use-answer.ts";
import { say } from "#console/ui/i18n/language.ts";
import { ROLE_NAMES } from "#console/ui/shell/role-names.ts";
import { act } from "#console/ui/widgets/act.ts";
import { Answer } from "#console/ui/widgets/answer.tsx";
import { Button } from "#console/ui/widgets/button.tsx";
import { Card } from "#console/ui/widgets/card.tsx";
import { ask } from "#console/ui/widgets/dialog.tsx";
import { Select, SelectField } from "#console/ui/widgets/select-field.tsx";
import { StateBadge } from "#console/ui/widgets/state-badge.tsx";
import { Table } from "#console/ui/widgets/table.tsx";
import { TextField } from "#console/ui/widgets/text-field.tsx";
import { Time } from "#console/ui/widgets/time.tsx";

const ROLES: readonly Role[] = ["read-only", "operator", "administrator"];

export function Page() {
  const users = useAnswer("users.list", {});
  return (
    <Answer of={users}>
      {(answer) => (
        <div class="stack">
          <UserTable users={answer.users} onChanged={users.reload} />
          <NewUserCard onAdded={users.reload} />
        </div>
      )}
    </Answer>
  );
}

interface UserTableProps {
  readonly users: readonly User[];
  readonly onChanged: () => Promise<void>;
}

function UserTable({ users, onChanged }: UserTableProps) {
  return (
    <Table
      caption={say(["利用者", "Accounts"])}
      rows={users}
      rowKey={({ user }) => user}
      empty={say(["利用者がいません。", "No accounts."])}
      columns={[
        { key: "user", title: say(["利用者名", "User name"]), cell: ({ user }) => user },
        {
          key: "role",
          title: say(["権限", "Role"]),
          cell: ({ role }) => role,
          show: (user) => <RoleChoice user={user} onChanged={onChanged} />,
        },
        {
          key: "state",
          title: say(["状態", "State"]),
          show: (user) => <UserState user={user} />,
        },
        {
          key: "last",
          title: say(["最後のサインイン", "Last sign-in"]),
          cell: ({ lastSignInAt }) => lastSignInAt,
          show: ({ lastSignInAt }) => (lastSignInAt === null ? "–" : <Time at={lastSignInAt} />),
        },
        {
          key: "sessions",
          title: say(["利用中", "Sessions"]),
          cell: ({ sessions }) => sessions,
          numeric: true,
        },
        {
          key: "actions",
          title: say(["操作", "Actions"]),
          show: (user) => <UserActions user={user} onChanged={onChanged} />,
        },
      ]}
    />
  );
}

function RoleChoice({ user, onChanged }: { readonly user: User; readonly onChanged: () => Promise<void> }) {
  // An administrator who takes the own role away would lock everybody out.
  if (user.user === session.value?.user) return <>{say(ROLE_NAMES[user.role])}</>;
  return (
    <Select
      label={say(["{user} の権限", "Role of {user}"], { user: user.user })}
      value={user.role}
      choices={ROLES.map((role) => [role, say(ROLE_NAMES[role])])}
      onValue={(role) =>
        void act(
          call("users.change", { params: { user: user.user }, body: { role } }),
          say(["権限を変更しました。", "The role was changed."]),
        ).then(onChanged)
      }
    />
  );
}

function UserState({ user }: { readonly user: User }) {
  return (
    <span class="row">
      {user.lockedForMs === 0 ? <StateBadge tone="active">{say(["有効", "Usable"])}</StateBadge> : null}
      {user.lockedForMs > 0 ? <StateBadge tone="fault">{say(["ロック中", "Locked"])}</StateBadge> : null}
      {user.mustChangePassword ? (
        <StateBadge tone="caution">{say(["パスワード未変更", "One-time password"])}</StateBadge>
      ) : null}
      {user.hasTotp ? <StateBadge tone="standby">TOTP</StateBadge> : null}
      {user.failures > 0 ? <span>{say(["失敗 {n} 回", "{n} failures"], { n: user.failures })}</span> : null}
    </span>
  );
}

function UserActions({ user, onChanged }: { readonly user: User; readonly onChanged: () => Promise<void> }) {
  const params = { user: user.user };
  const change = async (body: { unlock: true } | { removeTotp: true }): Promise<void> => {
    await act(call("users.change", { params, body }), say(["変更しました。", "Changed."]));
    await onChanged();
  };
  const remove = async (): Promise<void> => {
    const yes = await ask({
      title: say(["{user} を削除しますか？", "Remove {user}?"], params),
      consequence: say(["この利用者のサインインはすぐに終わります。", "The account's sessions end at once."]),
      action: say(["削除する", "Remove"]),
      danger: true,
    });
    if (!yes) return;
    await act(call("users.remove", { params }), say(["削除しました。", "Removed."]));
    await onChanged();
  };
  return (
    <span class="row">
      {user.lockedForMs > 0 ? (
        <Button small onPress={() => change({ unlock: true })}>
          {say(["ロックを解除", "Unlock"])}
        </Button>
      ) : null}
      {user.hasTotp && user.user !== session.value?.user ? (
        <Button small onPress={() => change({ removeTotp: true })}>
          {say(["認証コードを外す", "Codes off"])}
        </Button>
      ) : null}
      {user.user === session.value?.user ? null : (
        <Button small onPress={remove}>
          {say(["削除", "Remove"])}
          <span class="sr"> {user.user}</span>
        </Button>
      )}
    </span>
  );
}

function NewUserCard({ onAdded }: { readonly onAdded: () => Promise<void> }) {
  const [user, setUser] = useState("");
  const [role, setRole] = useState<Role>("read-only");
  const [password, setPassword] = useState("");
  const add = async (): Promise<void> => {
    const done = await act(
      call("users.create", { body: { user: user.trim(), role, password } }),
      say(["追加しました。", "Added."]),
    );
    if (done === null) return;
    setUser("");
    setPassword("");
    await onAdded();
  };
  return (
    <Card title={say(["利用者の追加", "Add an account"])}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <TextField label={say(["利用者名", "User name"])} value={user} onValue={setUser} required />
        <SelectField
          label={say(["権限", "Role"])}
          value={role}
          choices={ROLES.map((one) => [one, say(ROLE_NAMES[one])])}
          onValue={setRole}
        />
        <TextField
          label={say(["最初のパスワード", "First password"])}
          type="password"
          autocomplete="new-password"
          value={password}
          onValue={setPassword}
          required
          help={say(["本人が最初のサインインで変更します。", "Its owner changes it at the first sign-in."])}
        />
        <button type="submit" class="button primary">
          {say(["追加", "Add"])}
        </button>
      </form>
    </Card>
  );
}
