/** Lines to the system log of this machine, where there is one. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

const SYSLOG_SOCKET = "/dev/log";

/** `logger` does the talking: it knows every kind of socket that /dev/log may be. */
export function toSyslog(line: string): void {
  if (!existsSync(SYSLOG_SOCKET)) return;
  const child = spawn("logger", ["-t", "futago-console", "-p", "auth.notice", "--", line], {
    stdio: "ignore",
  });
  child.once("error", () => {});
  child.unref();
}
