/** The settings of the management console. */
import Type from "typebox";
import { ADDRESS_FORM, closed, flag, HOUR, MINUTE, Network, text, whole } from "./schema-parts.ts";

const Listener = Type.Object(
  {
    address: text(
      "The local address: a real address of this unit, never a floating one.",
      "127.0.0.1",
      ADDRESS_FORM,
    ),
    port: whole("The TCP port; 0 lets the system choose.", [0, 65_535], 8_443),
  },
  closed,
);

export const ConsoleSchema = Type.Object(
  {
    enabled: flag("Whether the console and its API are served.", true),
    listen: Type.Array(Listener, {
      minItems: 1,
      maxItems: 16,
      default: [{ address: "127.0.0.1", port: 8_443 }],
      description: "Where the console is reached.",
    }),
    plainOnLoopback: flag("Plain HTTP on loopback addresses; HTTPS on all others, always.", true),
    allowedNetworks: Type.Array(Network, {
      default: ["0.0.0.0/0", "::/0"],
      description: "The networks from which the console may be used.",
    }),
    idleTimeoutMs: whole("A session without a request ends after this.", [MINUTE, 24 * HOUR], 30 * MINUTE),
    sharePairSettings: flag(
      "Whether each change of shared settings is copied to the other unit; needs redundancy.keyFile.",
      false,
    ),
    mayStopMachine: flag("Whether administrators may stop and restart the machine from the console.", false),
    auditToSyslog: flag("Whether rows of the audit log go to the system log as well.", true),
  },
  { ...closed, description: "The management console.", default: {} },
);
