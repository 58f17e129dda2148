/** The settings of the pair: the manual's defaults, and beyond the manual what it leaves open. */
import Type from "typebox";
import {
  ADDRESS_FORM,
  closed,
  flag,
  HOUR,
  MINUTE,
  NAME_FORM,
  PATH_FORM,
  SECOND,
  text,
  whole,
} from "./schema-parts.ts";

const INTERFACE_FORM = "the name of an interface, such as eth0 or bond0";

const RealAddress = (description: string) =>
  Type.Optional(Type.String({ form: "an IPv4 or IPv6 address, such as 192.0.2.2", description }));

const FloatingAddress = Type.Object(
  {
    address: Type.String({
      form: "an IPv4 or IPv6 address, such as 192.0.2.100",
      description: "The address that clients use; the same on both units.",
    }),
    prefixLength: whole("The length of the network's prefix, as the interface has it.", [1, 128], 24),
    interface: text("The interface that has the address while this unit holds it.", "eth0", INTERFACE_FORM),
    home: Type.Union([Type.Literal("active"), Type.Literal("standby")], {
      default: "active",
      description:
        "The unit that has it while both are well: the one set as active, or the one set as standby. So each unit can have an address that fails over to the other.",
    }),
  },
  closed,
);

const ServiceCheck = Type.Object(
  {
    protocol: Type.Union([Type.Literal("http"), Type.Literal("tcp")], {
      default: "http",
      description: "http: it must answer a request, with a status below 500. tcp: it must accept.",
    }),
    address: text("The address of this unit that it is asked at.", "127.0.0.1", ADDRESS_FORM),
    port: Type.Integer({ minimum: 1, maximum: 65_535, description: "Its TCP port." }),
    path: Type.String({
      pattern: "^/[!-~]{0,255}$",
      form: 'a path such as "/" or "/wpad.dat"',
      default: "/",
      description: "What is asked for over http.",
    }),
  },
  { ...closed, description: "Where it answers; the proxy needs none." },
);

const Service = Type.Object(
  {
    name: Type.String({
      pattern: "^[A-Za-z0-9._-]{1,64}$",
      form: NAME_FORM,
      description: "A service of this unit: proxy, wpad, console or any other.",
    }),
    check: Type.Optional(ServiceCheck),
    whenDead: Type.Union([Type.Literal("hand-over"), Type.Literal("warn")], {
      default: "hand-over",
      description: "hand-over gives the floating addresses to a peer that is well, warn only tells.",
    }),
  },
  closed,
);

const failback = Type.Object(
  {
    mode: Type.Union([Type.Literal("at-once"), Type.Literal("delayed"), Type.Literal("never")], {
      default: "at-once",
      description: "Whether the unit set as active takes the addresses back when it has returned.",
    }),
    holdMs: whole("How long it must have been well before that.", [0, HOUR], 5 * SECOND),
    delayMs: whole("How much longer it waits when mode is delayed.", [0, 24 * HOUR], 5 * MINUTE),
  },
  { ...closed, description: "The way back.", default: {} },
);

const announce = Type.Object(
  {
    afterMs: Type.Array(whole("After the first announcement.", [1, MINUTE], 50), {
      default: [50, 500, 2_000],
      maxItems: 16,
      description: "Announcements are repeated this long after the first, ascending.",
    }),
    everyMs: whole("And then at this rate; 0 never.", [0, HOUR], MINUTE),
  },
  { ...closed, description: "How the network is told who has the floating addresses.", default: {} },
);

const damping = Type.Object(
  {
    moves: whole("This many times within windowMs, and failback waits.", [1, 100], 3),
    windowMs: whole("The time over which they are counted.", [SECOND, 24 * HOUR], 5 * MINUTE),
  },
  { ...closed, description: "When this unit has taken the addresses too often of late.", default: {} },
);

export const RedundancySchema = Type.Object(
  {
    enabled: flag("Whether this unit is one of a pair (システム冗長化).", false),
    role: Type.Union([Type.Literal("active"), Type.Literal("standby")], {
      default: "active",
      description: "Which unit of the pair this is set to be: active (稼働系) or standby (待機系).",
    }),
    pairId: whole("A number that both units have, and no other pair on the network.", [0, 65_535], 1),
    peerAddress: RealAddress("The real address of the other unit (相手サーバ実IPアドレス)."),
    secondPeerAddress: RealAddress("Its address on a second network, for a second heartbeat path."),
    port: whole("The UDP port of the heartbeat, on both units (監視用ポート番号).", [1, 65_535], 7_900),
    intervalMs: whole(
      "The time between heartbeats (監視間隔). Presets: 2000 × 5 as in the manual, 100 × 3, 20 × 3.",
      [10, MINUTE],
      2 * SECOND,
    ),
    count: whole(
      "Heartbeats that are missing in a row before the other unit takes over (監視回数).",
      [1, 100],
      5,
    ),
    keyFile: Type.Optional(
      Type.String({
        form: PATH_FORM,
        description:
          "A file with the pair key, the same on both units; without it heartbeats are not authenticated.",
      }),
    ),
    floatingAddresses: Type.Array(FloatingAddress, {
      default: [],
      maxItems: 128,
      description: "The floating addresses (F-IP). Those with the same home move together.",
    }),
    leaseMs: whole(
      "The kernel drops the addresses by itself when the heartbeat process has not renewed them for this long; whole seconds.",
      [SECOND, MINUTE],
      2 * SECOND,
    ),
    failback,
    services: Type.Array(Service, {
      default: [{ name: "proxy", whenDead: "hand-over" }],
      maxItems: 16,
      description: "Services that are watched, and what their death means.",
    }),
    gateway: RealAddress(
      "A gateway or another witness on the clients' network: without its answer this unit takes nothing from a silent peer.",
    ),
    announce,
    damping,
    drainMs: whole(
      "After a planned move the connections of before may go on this long on the unit that had them.",
      [0, 24 * HOUR],
      10 * MINUTE,
    ),
  },
  { ...closed, description: "The pair of units (システム冗長化設定).", default: {} },
);
