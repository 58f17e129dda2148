import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import t from "tap";
import { failure, success } from "#base/outcome.ts";
import { callControl } from "#control/client.ts";
import { CONTROL_COMMANDS, parseControlAnswer, parseControlRequest } from "#control/contract.ts";
import { REQUEST_BYTES_MAX } from "#control/limits.ts";
import { type AnswerControl, ControlServer } from "#control/server.ts";

type Tap = { teardown(end: () => unknown): unknown };

function folder(t: Tap): string {
  const path = mkdtempSync(join(tmpdir(), "futago-ctl-"));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const echo: AnswerControl = async ({ command }) =>
  command === "reload" ? failure("listen[0].port: found 99999, expected …") : success({ command });

async function start(path: string, answer: AnswerControl = echo): Promise<ControlServer> {
  const outcome = await ControlServer.start(path, answer);
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}

/** Sends raw bytes and gives back the lines until the server closes. */
async function raw(path: string, bytes: string): Promise<readonly string[]> {
  const socket = connect(path);
  const lines: string[] = [];
  createInterface({ input: socket }).on("line", (line) => void lines.push(line));
  socket.on("error", () => {});
  socket.end(bytes);
  await once(socket, "close");
  return lines;
}

void t.test("a request names a command and nothing else", async (t) => {
  for (const command of CONTROL_COMMANDS.filter((name) => !/^cache-(?:purge|inspect)$|^service-/.test(name)))
    t.strictSame(parseControlRequest(JSON.stringify({ command })), { ok: true, value: { command } });
  for (const line of ["", "{", "null", "[]", '"status"', "{}", '{"command":1}', '{"command":"toString"}'])
    t.equal(parseControlRequest(line).ok, false, line);
  t.strictSame(parseControlRequest('{"command":"service-stop","service":"proxy"}'), {
    ok: true,
    value: { command: "service-stop", service: "proxy" },
  });
  for (const line of ['{"command":"service-stop"}', '{"command":"service-stop","service":"proxy","now":1}'])
    t.equal(parseControlRequest(line).ok, false, line);
  t.strictSame(parseControlRequest('{"command":"pair-handover","address":"192.0.2.100"}'), {
    ok: true,
    value: { command: "pair-handover", address: "192.0.2.100" },
  });
  for (const line of ['{"command":"pair-handover","address":1}', '{"command":"pair-handover","to":"b"}'])
    t.equal(parseControlRequest(line).ok, false, line);
  t.match(parseControlRequest('{"command":"drain","force":true}'), { ok: false, error: /unknown key/ });
});

void t.test("an answer that is none is told from one", async (t) => {
  t.strictSame(parseControlAnswer('{"ok":true,"value":1}'), { ok: true, value: 1 });
  t.strictSame(parseControlAnswer('{"ok":false,"error":"no"}'), { ok: false, error: "no" });
  for (const line of ["", "1", "null", "{}", '{"ok":true}', '{"ok":false,"error":1}', '{"ok":1,"value":1}'])
    t.equal(parseControlAnswer(line), null, line);
});

void t.test("a call is answered, and a refusal arrives as the unit's own sentence", async (t) => {
  const path = join(folder(t), "control.sock");
  await using server = await start(path);
  t.equal(server.path, path);
  t.strictSame(await callControl(path, { command: "status" }), { ok: true, value: { command: "status" } });
  t.strictSame(await callControl(path, { command: "reload" }), {
    ok: false,
    error: "listen[0].port: found 99999, expected …",
  });
});

void t.test("only the unit's user may use the socket", async (t) => {
  const path = join(folder(t), "control.sock");
  await using _server = await start(path);
  t.equal(statSync(path).mode & 0o777, 0o600);
});

void t.test("several requests on one connection are answered in order", async (t) => {
  const path = join(folder(t), "control.sock");
  const first = Promise.withResolvers<void>();
  await using _server = await start(path, async ({ command }) => {
    if (command === "status") await first.promise;
    else first.resolve();
    return success(command);
  });
  const answers = raw(path, '{"command":"status"}\n{"command":"drain"}\n');
  first.resolve();
  t.strictSame(await answers, ['{"ok":true,"value":"status"}', '{"ok":true,"value":"drain"}']);
});

void t.test("bad requests are answered and the connection is closed", async (t) => {
  const path = join(folder(t), "control.sock");
  await using _server = await start(path);
  t.match(await raw(path, "GET / HTTP/1.1\n"), [/"ok":false,"error":"the request is not JSON"/]);
  t.match(await raw(path, '{"command":"reboot"}\n'), [/"error":"command is none of status, /]);
  t.match(await raw(path, "x".repeat(REQUEST_BYTES_MAX + 1)), [/longer than/]);
  t.match(await raw(path, `${"x".repeat(REQUEST_BYTES_MAX + 1)}\n`), [/longer than/]);
  t.strictSame(await raw(path, '{"command":"sta'), [], "a request without its line end is none");
  t.ok((await callControl(path, { command: "status" })).ok, "and it serves on");
});

void t.test("a stale socket is replaced, a live one is respected", async (t) => {
  const path = join(folder(t), "control.sock");
  // What a crash leaves: the file of a socket that nobody listens at.
  const dead = createServer();
  dead.listen(`${path}.dead`);
  await once(dead, "listening");
  const { renameSync } = await import("node:fs");
  renameSync(`${path}.dead`, path);
  dead.close();
  await using _server = await start(path);
  t.ok((await callControl(path, { command: "status" })).ok);
  t.match(await ControlServer.start(path, echo), { ok: false, error: /another unit runs with this state/ });
  t.ok((await callControl(path, { command: "status" })).ok, "the first is not disturbed");
});

void t.test("a file that is no socket is not touched", async (t) => {
  const path = join(folder(t), "control.sock");
  writeFileSync(path, "precious");
  t.match(await ControlServer.start(path, echo), { ok: false, error: /is not a socket/ });
  t.equal(statSync(path).size, 8);
});

void t.test("a path that the system would cut is refused", async (t) => {
  const path = join("/tmp", "x".repeat(120));
  t.match(await ControlServer.start(path, echo), { ok: false, error: /too long/ });
});

void t.test("a closed unit leaves no socket, and a caller learns that none runs", async (t) => {
  const path = join(folder(t), "control.sock");
  const server = await start(path);
  await server[Symbol.asyncDispose]();
  t.throws(() => statSync(path), { code: "ENOENT" });
  const none = { ok: false, error: "no unit runs with this state" };
  t.strictSame(await callControl(path, { command: "status" }), none);
});

void t.test("a caller is told when the other end is no unit", async (t) => {
  const path = join(folder(t), "other.sock");
  const replies = ["hello\n", ""];
  const other = createServer((socket) => socket.end(replies.shift() ?? ""));
  other.listen(path);
  await once(other, "listening");
  t.teardown(() => other.close());
  t.match(await callControl(path, { command: "status" }), { ok: false, error: /cannot be read/ });
  t.match(await callControl(path, { command: "status" }), { ok: false, error: /without an answer/ });
});

t.test("a socket path that the system cannot take is told by the caller too", async (t) => {
  const answer = await callControl(`/tmp/${"x".repeat(120)}`, { command: "status" });
  t.match(answer, { ok: false, error: /longer than the 107 bytes/ });
});
