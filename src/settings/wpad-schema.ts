/** The settings of the WPAD server (manual, chapter 5): the manual's five, and what it leaves open. */
import Type from "typebox";
import { ADDRESS_FORM, closed, flag, HOUR, MINUTE, NAME_FORM, Network, text, whole } from "./schema-parts.ts";

const HOST_FORM = "a host name or an address, such as proxy1.example.com or 192.0.2.1";
const NAME_PATTERN = "^[A-Za-z0-9._-]{1,64}$";

/** Limits that the script's generator relies on. */
const PROXIES_MAX = 32;
const RULES_MAX = 1_000;
const PROFILES_MAX = 64;

const ScriptListener = Type.Object(
  {
    address: text("The local address; a floating one may be absent just now.", "0.0.0.0", ADDRESS_FORM),
    port: whole("The TCP port; browsers look on port 80. 0 lets the system choose.", [0, 65_535], 80),
  },
  closed,
);

const ListedProxy = Type.Object(
  {
    name: Type.String({
      pattern: NAME_PATTERN,
      form: NAME_FORM,
      description: "A name for rules, profiles and status.",
    }),
    host: Type.String({
      minLength: 1,
      maxLength: 253,
      form: HOST_FORM,
      description:
        "Its host name or real address (本プロキシサーバ、負荷分散対象サーバのホスト名); the same on both units.",
    }),
    port: whole("Its port (ポート番号).", [1, 65_535], 3_128),
    floatingHost: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 253,
        form: HOST_FORM,
        description: "What stands for it in scripts when listed is floating.",
      }),
    ),
    scheme: Type.Union([Type.Literal("http"), Type.Literal("https")], {
      default: "http",
      description: "How browsers speak to it; https needs a name that is in its certificate.",
    }),
    weight: whole("Its share of the clients; 0: only where a rule names it.", [0, 100], 1),
    number: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: PROXIES_MAX,
        serial: true,
        description:
          "rendezvous: by which of 32 series it draws its clients, another for each proxy. Without it they are numbered by their hosts; with it the clients of the others stay where they are when one is deleted or comes.",
      }),
    ),
    unit: Type.Union([Type.Literal("this"), Type.Literal("peer"), Type.Literal("other")], {
      default: "other",
      description:
        "Which unit of the pair it is: this one, the peer, or neither; tells whose state holds for it.",
    }),
  },
  closed,
);

const HostRule = Type.Object(
  {
    match: Type.Union(
      [
        Type.Literal("exact"),
        Type.Literal("suffix"),
        Type.Literal("pattern"),
        Type.Literal("network"),
        Type.Literal("plain"),
      ],
      {
        description:
          "exact: that host; suffix: that domain and all below it; pattern: * and ? as in a shell; network: hosts written as addresses; plain: names without a dot.",
      },
    ),
    value: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 253,
        form: "a host name, a domain, a pattern or a network",
        description: "The host, domain, pattern or network; none for plain.",
      }),
    ),
    via: text("direct, or the name of a proxy.", "direct", "direct, or the name of a proxy"),
  },
  closed,
);

const balance = (options: { readonly description: string; readonly default?: "parity" }) =>
  Type.Union(
    [Type.Literal("parity"), Type.Literal("rendezvous"), Type.Literal("host"), Type.Literal("none")],
    options,
  );

const rules = (options: { readonly description: string; readonly default?: [] }) =>
  Type.Array(HostRule, { maxItems: RULES_MAX, ...options });

const directNetworks = (options: { readonly description: string; readonly default?: string[] }) =>
  Type.Array(Network, { maxItems: RULES_MAX, ...options });

const Profile = Type.Object(
  {
    name: Type.String({
      pattern: NAME_PATTERN,
      form: NAME_FORM,
      description: "Its scripts are also at /NAME/wpad.dat and /NAME/proxy.pac.",
    }),
    networks: Type.Array(Network, {
      default: [],
      description:
        "The clients that get it at /wpad.dat and /proxy.pac; the first profile that has them wins.",
    }),
    proxies: Type.Optional(
      Type.Array(Type.String({ form: "the name of a proxy" }), {
        minItems: 1,
        maxItems: PROXIES_MAX,
        description: "The names of its proxies; without it all.",
      }),
    ),
    balance: Type.Optional(balance({ description: "In the place of wpad.balance." })),
    rules: Type.Optional(rules({ description: "In the place of wpad.rules." })),
    directNetworks: Type.Optional(directNetworks({ description: "In the place of wpad.directNetworks." })),
    trailingDirect: Type.Optional(Type.Boolean({ description: "In the place of wpad.trailingDirect." })),
  },
  closed,
);

export const WpadSchema = Type.Object(
  {
    enabled: flag("Whether this unit serves proxy scripts.", false),
    listen: Type.Array(ScriptListener, {
      minItems: 1,
      maxItems: 16,
      default: [{ address: "0.0.0.0", port: 80 }],
      description: "Where browsers ask for the scripts.",
    }),
    hosts: Type.Array(
      Type.String({ minLength: 1, maxLength: 254, form: "a host, or a domain such as .example.com" }),
      {
        default: ["wpad"],
        maxItems: 256,
        description:
          "The Host names that are answered; .example.com is that domain and all below it. The unit's own addresses, floating ones among them, always are.",
      },
    ),
    clientNetworks: Type.Array(Network, {
      default: [],
      maxItems: 1_000,
      description: "The clients that are answered; empty: those of clients.allowedNetworks.",
    }),
    proxies: Type.Array(ListedProxy, {
      default: [],
      maxItems: PROXIES_MAX,
      description: "The proxies that scripts list: each is the fallback of the others.",
    }),
    listed: Type.Union([Type.Literal("real"), Type.Literal("floating")], {
      default: "real",
      description:
        "real lists each host; floating lists each floatingHost, an address that fails over by itself, so that browsers never hold a proxy for bad.",
    }),
    balance: balance({
      default: "parity",
      description:
        "Which proxy comes first (負荷分散). parity: by the last octet of the client's address; rendezvous: by address and weight, with the fewest changes when a proxy comes or goes; host: by the host that is asked for; none: the order of the list.",
    }),
    balanceBy: Type.Union([Type.Literal("address"), Type.Literal("network")], {
      default: "address",
      description: "rendezvous by each address, or by network (/24, for IPv6 /64).",
    }),
    directNetworks: directNetworks({
      default: ["127.0.0.0/8", "::1/128"],
      description: "Hosts in these networks are reached directly (直接接続するネットワーク).",
    }),
    plainHostsDirect: flag("Whether names without a dot are reached directly.", true),
    resolveNames: flag(
      "Whether scripts resolve names to compare them with networks. Every new host then waits for a look-up in the browser.",
      false,
    ),
    rules: rules({
      default: [],
      description: "What goes direct or to one proxy, by host; the first that matches wins.",
    }),
    trailingDirect: flag(
      "Whether scripts end with DIRECT. Browsers then go around the proxies when these fail, and come back after 5 minutes (Chrome, Edge) or 30 (Firefox).",
      false,
    ),
    profiles: Type.Array(Profile, {
      default: [],
      maxItems: PROFILES_MAX,
      description: "Other scripts for some client networks.",
    }),
    maxAgeMs: whole(
      "How long a browser may use its copy of a script (Cache-Control).",
      [0, 24 * HOUR],
      MINUTE,
    ),
    connectionsMax: whole(
      "Connections in all; beyond, the one that has waited longest goes.",
      [16, 100_000],
      10_000,
    ),
    connectionsPerClientMax: whole("Connections from one address.", [1, 100_000], 256),
  },
  { ...closed, description: "The WPAD server (WPADサーバ): proxy scripts for browsers.", default: {} },
);
