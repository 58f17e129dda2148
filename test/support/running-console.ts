/** The real thing for tests: `futago run` with its console on loopback, and an administrator signed in. */
import { ConsoleClient } from "./console-client.ts";
import { type RunningProxy, type SettingsOverrides, startProxy } from "./running-proxy.ts";
import { until } from "./until.ts";

const START_LIMIT_MS = 30_000;
export const ADMIN_PASSWORD = "correct horse 42";

export interface RunningConsole extends AsyncDisposable {
  readonly unit: RunningProxy;
  readonly url: string;
  readonly oneTimePassword: string;
  /** Signed in as admin, whose password has been changed. */
  readonly admin: ConsoleClient;
  /** Somebody who has not signed in. */
  newClient(): ConsoleClient;
  /** The process of the console. */
  pid(): Promise<number>;
}

/** Where the console said last that it is, and its newest one-time password. */
export function greeting(output: string): { readonly url: string; readonly password: string } | undefined {
  const url = output
    .match(/^ {2}console {2}(\S+)$/gm)
    ?.at(-1)
    ?.split("  ")
    .at(-1);
  const password = output
    .match(/one-time password (\S+)/g)
    ?.at(-1)
    ?.split(" ")
    .at(-1);
  return url === undefined ? undefined : { url, password: password ?? "" };
}

/** Starts a unit and its console; sections of `overrides` are merged key by key. */
export async function startConsole(overrides: SettingsOverrides = {}): Promise<RunningConsole> {
  const own = { enabled: true, listen: [{ address: "127.0.0.1", port: 0 }], ...overrides.console };
  const unit = await startProxy({ ...overrides, console: own });
  try {
    const { url, password } = await until(() => greeting(unit.output()), START_LIMIT_MS);
    const admin = new ConsoleClient(url);
    await admin.signIn("admin", password);
    await admin.must("account.password", { body: { current: password, next: ADMIN_PASSWORD } });
    return {
      unit,
      url,
      oneTimePassword: password,
      admin,
      newClient: () => new ConsoleClient(url),
      pid: async () => {
        const { services } = await admin.must("services.list");
        return services.find(({ service }) => service === "console")?.pid ?? 0;
      },
      [Symbol.asyncDispose]: () => unit[Symbol.asyncDispose](),
    };
  } catch (error) {
    await unit[Symbol.asyncDispose]();
    throw new Error(`the console did not start: ${unit.output()}`, { cause: error });
  }
}
