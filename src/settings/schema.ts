/**
 * The settings: one schema from which types, defaults, validation, the reference in the README and
 * later the forms of the console come. Every setting has a default; unknown keys are errors.
 * `form` says in an administrator's words what a text must look like.
 */
import Type from "typebox";
import { AccessLogSchema } from "./access-log-schema.ts";
import { CacheSection } from "./cache-schema.ts";
import { ConsoleSchema } from "./console-schema.ts";
import { NetworkSchema } from "./network-schema.ts";
import { RedundancySchema } from "./redundancy-schema.ts";
import {
  ADDRESS_FORM,
  closed,
  flag,
  GIB,
  HOUR,
  KIB,
  METHOD_PATTERN,
  MIB,
  MINUTE,
  NAME_FORM,
  Network,
  PATH_FORM,
  PortRange,
  SECOND,
  text,
  whole,
} from "./schema-parts.ts";
import { WpadSchema } from "./wpad-schema.ts";

const Listener = Type.Object(
  {
    address: text(
      "The local address to listen on. Anything but loopback needs clients.allowedNetworks.",
      "127.0.0.1",
      ADDRESS_FORM,
    ),
    port: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 3128,
      description: "The TCP port; 0 lets the system choose.",
    }),
  },
  closed,
);

const Parent = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: "^[A-Za-z0-9._-]+$",
      form: NAME_FORM,
      description: "A name for logs and status; each parent has its own.",
    }),
    url: Type.String({
      pattern: "^https?://[^/@]+/?$",
      form: "http://host:port or https://host:port, without a user name or a path",
      description: "http://host:port or https://host:port of the parent proxy.",
    }),
    domains: Type.Array(Type.String({ minLength: 1, form: "a host, a domain such as .example.com, or *" }), {
      default: ["*"],
      description: "The hosts that go through it: example.com, .example.com (it and all below it), or *.",
    }),
    username: Type.Optional(
      Type.String({
        form: "a name without colons",
        description: "Basic credentials for the parent, with passwordFile.",
      }),
    ),
    passwordFile: Type.Optional(
      Type.String({
        form: PATH_FORM,
        description: "A file that holds the password, so that it never stands in the settings.",
      }),
    ),
  },
  closed,
);

export const SettingsSchema = Type.Object(
  {
    unit: Type.Object(
      {
        name: Type.String({
          pattern: "^[A-Za-z0-9._-]{1,64}$",
          default: "futago",
          form: NAME_FORM,
          description: "The unit's name: in Via, Proxy-Status and the status page.",
        }),
      },
      { ...closed, description: "This unit.", default: {} },
    ),
    listen: Type.Array(Listener, {
      minItems: 1,
      maxItems: 64,
      default: [{ address: "127.0.0.1", port: 3128 }],
      description: "Where clients connect.",
    }),
    workers: whole("Worker threads; 0 means one for each core.", [0, 256], 0),
    clients: Type.Object(
      {
        allowedNetworks: Type.Array(Network, {
          default: ["127.0.0.0/8", "::1/128"],
          description: "The networks whose clients are served.",
        }),
      },
      { ...closed, description: "Who may use the proxy.", default: {} },
    ),
    requests: Type.Object(
      {
        methods: Type.Array(
          Type.String({ pattern: METHOD_PATTERN, form: 'a method such as "GET", or "*"' }),
          {
            default: [
              "GET",
              "HEAD",
              "POST",
              "PUT",
              "DELETE",
              "PATCH",
              "OPTIONS",
              "CONNECT",
              "PROPFIND",
              "PROPPATCH",
              "MKCOL",
              "COPY",
              "MOVE",
              "LOCK",
              "UNLOCK",
              "REPORT",
              "SEARCH",
            ],
            description: 'The methods that are allowed; "*" allows any.',
          },
        ),
        ports: Type.Array(PortRange, {
          default: [80, 443, "1025-65535"],
          description: "The destination ports of forwarded requests.",
        }),
        upgradeProtocols: Type.Array(Type.String({ minLength: 1, form: 'a protocol such as "websocket"' }), {
          default: ["websocket"],
          description: "The protocols that a client may upgrade to; others are not forwarded.",
        }),
      },
      { ...closed, description: "What clients may ask for.", default: {} },
    ),
    connect: Type.Object(
      {
        ports: Type.Array(PortRange, { default: [443], description: "The destination ports of CONNECT." }),
        idleTimeoutMs: whole(
          "A tunnel that carries nothing for this long is closed.",
          [SECOND, 24 * HOUR],
          10 * MINUTE,
        ),
        halfClosedTimeoutMs: whole(
          "A tunnel with one direction closed may go on this long without a byte.",
          [SECOND, 24 * HOUR],
          MINUTE,
        ),
      },
      { ...closed, description: "CONNECT tunnels.", default: {} },
    ),
    limits: Type.Object(
      {
        requestLineBytesMax: whole("Longer request lines are answered 414.", [256, 64 * KIB], 16 * KIB),
        headBytesMax: whole(
          "Larger heads, of requests and of answers, are refused (431, 502).",
          [KIB, MIB],
          64 * KIB,
        ),
        headFieldsMax: whole("Heads with more fields are refused (431, 502).", [10, 1_000], 100),
        headTimeoutMs: whole(
          "From the first byte of a request to the end of its head (408).",
          [100, 10 * MINUTE],
          10 * SECOND,
        ),
        idleTimeoutMs: whole(
          "A client connection without a request is closed after this.",
          [SECOND, HOUR],
          60 * SECOND,
        ),
        bodyRateBytesPerSecondMin: whole(
          "A body that flows more slowly, in either direction of the client, is cut; 0 never.",
          [0, MIB],
          128,
        ),
        bodyRateGraceMs: whole(
          "The time over which the minimum rate is judged.",
          [SECOND, HOUR],
          30 * SECOND,
        ),
        requestBodyBytesMax: whole(
          "Larger request bodies are answered 413; 0 means no limit.",
          [0, 1024 * GIB],
          0,
        ),
        connectionsMax: whole("Client connections in all.", [1, 1_000_000], 50_000),
        connectionsPerClientMax: whole("Client connections from one address.", [1, 1_000_000], 2_000),
      },
      { ...closed, description: "Limits on what a client can make the unit hold.", default: {} },
    ),
    forwarding: Type.Object(
      {
        xForwardedFor: Type.Union([Type.Literal("off"), Type.Literal("append"), Type.Literal("delete")], {
          default: "off",
          description:
            "off leaves X-Forwarded-For alone, append adds the client's address, delete removes the field.",
        }),
        forwarded: Type.Union([Type.Literal("off"), Type.Literal("append"), Type.Literal("delete")], {
          default: "off",
          description: "The same for Forwarded (RFC 7239).",
        }),
      },
      { ...closed, description: "What origins are told about the client.", default: {} },
    ),
    egress: Type.Object(
      {
        allow: Type.Array(
          Type.Object(
            {
              network: Network,
              ports: Type.Optional(
                Type.Array(PortRange, {
                  description:
                    "Only these ports; without it all that requests.ports and connect.ports allow.",
                }),
              ),
            },
            closed,
          ),
          {
            default: [],
            description:
              "Destinations that are allowed although they are loopback, private, link-local or otherwise special.",
          },
        ),
        refuse: Type.Array(Network, {
          default: [],
          description: "Destinations that are refused although they are public.",
        }),
      },
      {
        ...closed,
        description:
          "Where connections may go. Special-purpose and own addresses are refused unless allowed.",
        default: {},
      },
    ),
    upstream: Type.Object(
      {
        sourceAddressV4: Type.Optional(
          Type.String({
            format: "ipv4",
            description:
              "The local IPv4 address to connect from: the unit's real address, never a floating one.",
          }),
        ),
        sourceAddressV6: Type.Optional(
          Type.String({ format: "ipv6", description: "The local IPv6 address to connect from." }),
        ),
        connectTimeoutMs: whole(
          "Name resolution excluded, over all addresses of a host.",
          [100, 5 * MINUTE],
          10 * SECOND,
        ),
        happyEyeballsDelayMs: whole(
          "How long one address may take before the next is tried beside it (RFC 8305).",
          [10, 5 * SECOND],
          250,
        ),
        responseTimeoutMs: whole(
          "From the whole request to the head of the answer (504).",
          [SECOND, HOUR],
          2 * MINUTE,
        ),
        bodyTimeoutMs: whole("The longest pause within the body of an answer.", [SECOND, HOUR], 2 * MINUTE),
        idleTimeoutMs: whole("How long an unused connection to an origin is kept.", [100, HOUR], 15 * SECOND),
        idleConnectionsMax: whole("Unused connections to origins that one worker keeps.", [0, 65_536], 1_024),
        connectionsPerOriginMax: whole("Connections to one origin from one worker.", [1, 65_536], 512),
        waitersPerOriginMax: whole(
          "Requests that may wait for a connection to one origin.",
          [0, 65_536],
          2_048,
        ),
        caFile: Type.Optional(
          Type.String({
            form: PATH_FORM,
            description: "Certificates (PEM) to trust beside the built-in ones.",
          }),
        ),
      },
      { ...closed, description: "Connections to origins and parents.", default: {} },
    ),
    parents: Type.Array(Parent, {
      default: [],
      maxItems: 64,
      description: "Parent proxies, tried in this order.",
    }),
    parentPolicy: Type.Object(
      {
        whenAllFail: Type.Union([Type.Literal("direct"), Type.Literal("fail")], {
          default: "fail",
          description: "What happens when every parent for a host is down.",
        }),
        failuresToDown: whole("Connection failures in a row that mark a parent as down.", [1, 100], 3),
        retryAfterMs: whole("A parent that is down is tried again after this.", [100, HOUR], 10 * SECOND),
      },
      { ...closed, description: "How parents fail.", default: {} },
    ),
    dns: Type.Object(
      {
        servers: Type.Array(
          Type.String({ minLength: 1, form: "an address, address:port or [IPv6 address]:port" }),
          {
            default: [],
            description: "Resolvers as address or address:port; empty uses the system's.",
          },
        ),
        timeoutMs: whole("For one look-up in all.", [100, MINUTE], 5 * SECOND),
        cacheEntriesMax: whole("Names that one worker remembers.", [0, 1_000_000], 10_000),
        ttlMinMs: whole("Answers are kept at least this long.", [0, HOUR], 1 * SECOND),
        ttlMaxMs: whole("Answers are kept at most this long.", [SECOND, 24 * HOUR], HOUR),
        negativeTtlMs: whole("How long a name that does not exist is remembered.", [0, HOUR], 5 * SECOND),
        staleMaxMs: whole(
          "How long after its end an answer may serve while the resolver is down.",
          [0, 7 * 24 * HOUR],
          HOUR,
        ),
      },
      { ...closed, description: "Name resolution.", default: {} },
    ),
    cache: CacheSection,
    redundancy: RedundancySchema,
    wpad: WpadSchema,
    accessLog: AccessLogSchema,
    control: Type.Object(
      {
        socket: text(
          "The unix socket of the control interface, relative to the state folder or absolute.",
          "control.sock",
          PATH_FORM,
        ),
      },
      { ...closed, description: "The control socket.", default: {} },
    ),
    console: ConsoleSchema,
    network: NetworkSchema,
    metrics: Type.Object(
      {
        enabled: flag("Whether OpenMetrics are served.", false),
        address: text("The local address.", "127.0.0.1", ADDRESS_FORM),
        port: Type.Integer({
          minimum: 0,
          maximum: 65_535,
          default: 9_128,
          description: "The TCP port; 0 lets the system choose.",
        }),
      },
      { ...closed, description: "Counters for a monitoring system.", default: {} },
    ),
    drain: Type.Object(
      {
        timeoutMs: whole(
          "How long transactions and tunnels may go on after SIGTERM.",
          [0, 24 * HOUR],
          30 * SECOND,
        ),
      },
      { ...closed, description: "Shutting down.", default: {} },
    ),
  },
  closed,
);

/** One immutable generation of the settings, with every default filled in. */
export type Settings = Type.Static<typeof SettingsSchema>;
