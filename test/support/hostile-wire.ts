/**
 * A program between a host of a test network and its bridge: forwards frames both ways, and loses, delays,
 * doubles or blocks them as it is told. Where kernels have netem it could be that; not all of them do.
 *   node hostile-wire.ts HOST_DEVICE BRIDGE_DEVICE SEED   { way, conditions } in
 */
import { Rng } from "#test/fuzz/rng.ts";
import { CALM, type Conditions, type WireMessage } from "./network-wire.ts";
import { isHeartbeat, PacketTap } from "./packet-tap.ts";

const [hostDevice = "", bridgeDevice = "", seed = "1"] = process.argv.slice(2);
const rng = new Rng(Number(seed), 0);
const MILLION = 1_000_000;
const chance = (share: number): boolean => share > 0 && rng.below(MILLION) < share * MILLION;
const conditions: Record<"in" | "out", Conditions> = { in: CALM, out: CALM };

function carry(way: "in" | "out", frame: Buffer, to: () => PacketTap): void {
  const { loss, duplication, delayMs, jitterMs, blocked } = conditions[way];
  if (blocked === "frames" || (blocked === "heartbeats" && isHeartbeat(frame)) || chance(loss)) return;
  for (let copies = chance(duplication) ? 2 : 1; copies > 0; copies -= 1) {
    const waitMs = delayMs + (jitterMs === 0 ? 0 : rng.below(jitterMs));
    if (waitMs === 0) to().send(frame);
    else setTimeout((kept: Buffer) => to().send(kept), waitMs, Buffer.from(frame));
  }
}

const host: PacketTap = new PacketTap(hostDevice, (frame) => carry("out", frame, () => bridge));
const bridge: PacketTap = new PacketTap(bridgeDevice, (frame) => carry("in", frame, () => host));

process.on("message", ({ way, conditions: told }: WireMessage) => {
  conditions[way] = { ...CALM, ...told };
  process.send?.("done");
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
