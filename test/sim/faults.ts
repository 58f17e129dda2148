/** What goes wrong: each fault begins, and returns how it ends. A new one is a function and a row in FAULTS. */
import type { Rng } from "#test/fuzz/rng.ts";
import type { Host } from "./host.ts";
import type { Layer, Node } from "./network.ts";
import type { World } from "./world.ts";

export interface Fault {
  readonly name: string;
  /** The longest that it lasts. */
  readonly longestMs: number;
  /** Faults of one kind do not overlap on one host. */
  readonly kind: "daemon" | "link" | "network" | "other";
  /** `planned`: a move that must cost the clients nothing; `steady`: moves during it have no other cause. */
  readonly effect: "planned" | "disturbing" | "steady" | "none";
  readonly begin: (world: World, host: Host, rng: Rng) => () => void;
}

const nothing = (): void => {};

const peerOf = (world: World, host: Host): Host => (host === world.a ? world.b : world.a);

function blockAll(world: World, pairs: readonly (readonly [Node, Node])[], layer: Layer): () => void {
  const ends = pairs.map(([from, to]) => world.network.block(from, to, layer));
  tellGateways(world);
  return () => {
    for (const end of ends) end();
    tellGateways(world);
  };
}

function tellGateways(world: World): void {
  for (const host of world.hosts) host.checkGateway();
  world.onChange();
}

/** Everything between one host and the others, in the directions asked for. */
function isolate(world: World, host: Host, directions: { in: boolean; out: boolean }): () => void {
  const others: Node[] = [peerOf(world, host).name, "client", "gateway"];
  const into = others.map((other) => [other, host.name] as const);
  const outOf = others.map((other) => [host.name, other] as const);
  const ends = blockAll(world, [...(directions.in ? into : []), ...(directions.out ? outOf : [])], "frames");
  return ends;
}

function bothWays(world: World, host: Host): readonly (readonly [Node, Node])[] {
  const peer = peerOf(world, host);
  return [
    [host.name, peer.name],
    [peer.name, host.name],
  ];
}

/** Between the units, heartbeats of every path; frames pass. */
function blockBeats(world: World, pairs: readonly (readonly [Node, Node])[]): () => void {
  const first = blockAll(world, pairs, "beats");
  const second = blockAll(world, pairs, "second");
  return () => {
    first();
    second();
  };
}

function clockJumps(_world: World, host: Host, rng: Rng): () => void {
  host.jumpClock(1 + rng.below(30_000));
  return nothing;
}

function stop(_world: World, host: Host): () => void {
  host.tell({ kind: "command", command: "stop" });
  return () => host.start();
}

function maintenance(_world: World, host: Host): () => void {
  host.tell({ kind: "command", command: "maintenance-on" });
  return () => host.tell({ kind: "command", command: "maintenance-off" });
}

function handover(_world: World, host: Host): () => void {
  host.tell({ kind: "command", command: "handover" });
  return nothing;
}

function repeat(world: World, everyMs: number, act: () => void): () => void {
  let goesOn = true;
  const again = (): void => {
    if (!goesOn) return;
    act();
    world.queue.after(everyMs, again);
  };
  again();
  return () => {
    goesOn = false;
  };
}

function flapLink(world: World, host: Host): () => void {
  let isUp = true;
  const stop = repeat(world, 500, () => {
    isUp = !isUp;
    host.setCarrier(isUp);
  });
  return () => {
    stop();
    host.setCarrier(true);
  };
}

/** A stranger who has listened: replays what was sent, cut, changed or whole, to both. */
function replay(world: World, rng: Rng): () => void {
  const forged = (recorded: Uint8Array): Uint8Array => {
    const bytes = Uint8Array.from(recorded);
    // Without a key nothing can be told from a forgery.
    if (world.mac !== null && rng.oneIn(3)) bytes[rng.below(bytes.length)] = rng.below(256);
    return rng.oneIn(8) ? bytes.subarray(0, rng.below(bytes.length)) : bytes;
  };
  return repeat(world, 20, () => {
    if (world.overheard.length === 0) return;
    const recorded = rng.pick(world.overheard);
    rng.pick(world.hosts).receive(recorded instanceof Uint8Array ? forged(recorded) : recorded, "beats");
  });
}

function crash(_world: World, host: Host): () => void {
  host.crash();
  return () => host.boot();
}

function kill(world: World, host: Host, rng: Rng): () => void {
  host.kill();
  // A supervisor starts it again at once, or it stays dead for a while.
  if (rng.oneIn(2)) world.queue.after(300, () => host.start());
  return () => host.start();
}

function service(_world: World, host: Host): () => void {
  host.setProxy(false);
  return () => host.setProxy(true);
}

function kernelRefuses(world: World, host: Host): () => void {
  host.refuses = true;
  world.onChange();
  return () => {
    host.refuses = false;
    world.onChange();
  };
}

function partition(world: World, host: Host, rng: Rng): () => void {
  const [there, back] = bothWays(world, host);
  if (there === undefined || back === undefined) return nothing;
  const pairs = rng.oneIn(3) ? [there] : [there, back];
  const frames = blockAll(world, pairs, "frames");
  const second = blockAll(world, pairs, "second");
  return () => {
    frames();
    second();
  };
}

function dirt(world: World, rng: Rng): () => void {
  const { network } = world;
  network.loss = rng.pick([0, 0.05, 0.3]);
  network.duplication = rng.pick([0, 0.1]);
  network.jitterMs = rng.pick([0, 5, 200]);
  world.onChange();
  return () => {
    network.loss = 0;
    network.duplication = 0;
    network.jitterMs = 0;
    world.onChange();
  };
}

const daemonFault = (name: string, longestMs: number, begin: Fault["begin"]): Fault => ({
  name,
  longestMs,
  kind: "daemon",
  effect: "steady",
  begin,
});

const networkFault = (name: string, begin: Fault["begin"]): Fault => ({
  name,
  longestMs: 60_000,
  kind: "network",
  effect: "steady",
  begin,
});

const beatsBlocked: Fault["begin"] = (world, host) => blockBeats(world, bothWays(world, host));

const beatsBlockedOneWay: Fault["begin"] = (world, host) =>
  blockBeats(world, bothWays(world, host).slice(0, 1));

const hang: Fault["begin"] = (_world, host) => {
  host.hang();
  return () => host.resume();
};

const carrierLost: Fault["begin"] = (_world, host) => {
  host.setCarrier(false);
  return () => host.setCarrier(true);
};

const TO_GATEWAY = [
  ["a", "gateway"],
  ["b", "gateway"],
] as const;

/** What the schedule draws from. */
export const FAULTS: readonly Fault[] = [
  daemonFault("crash", 120_000, crash),
  daemonFault("daemon killed", 60_000, kill),
  daemonFault("daemon hangs", 60_000, hang),
  daemonFault("daemon hangs for a moment", 3_000, hang),
  { ...networkFault("carrier lost", carrierLost), kind: "link" },
  { ...networkFault("link flaps", flapLink), kind: "link", effect: "disturbing" },
  networkFault("cut off", (world, host) => isolate(world, host, { in: true, out: true })),
  networkFault("receives nothing", (world, host) => isolate(world, host, { in: true, out: false })),
  networkFault("sends nothing", (world, host) => isolate(world, host, { in: false, out: true })),
  networkFault("partition", partition),
  // The guard probes all the while: shorter, for the sake of the steps that it takes.
  { ...networkFault("heartbeats blocked", beatsBlocked), longestMs: 15_000 },
  { ...networkFault("heartbeats blocked one way", beatsBlockedOneWay), longestMs: 15_000 },
  networkFault("first path blocked", (world, host) => blockAll(world, bothWays(world, host), "beats")),
  { ...networkFault("loss and jitter", (world, _host, rng) => dirt(world, rng)), effect: "disturbing" },
  networkFault("gateway dead", (world) => blockAll(world, TO_GATEWAY, "frames")),
  { ...networkFault("kernel refuses", kernelRefuses), kind: "other" },
  { ...networkFault("clock jumps", clockJumps), kind: "other", longestMs: 1_000 },
  { ...networkFault("packets replayed", (world, _host, rng) => replay(world, rng)), effect: "none" },
  { ...networkFault("service dead", service), kind: "other", effect: "planned" },
  { ...daemonFault("stop", 60_000, stop), effect: "planned" },
  { ...networkFault("maintenance", maintenance), kind: "other", effect: "planned" },
  { ...networkFault("handover", handover), kind: "other", effect: "planned", longestMs: 1_000 },
];
