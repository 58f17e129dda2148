/** The network of this unit that its settings keep: what they list is put back at each start, and nothing else is touched. */
import Type from "typebox";
import { closed, whole } from "./schema-parts.ts";

const Interface = Type.String({
  pattern: "^[A-Za-z0-9_.:-]{1,15}$",
  form: "the name of an interface, such as eth0 or bond0",
  description: "The interface.",
});

const Address = Type.Object(
  {
    interface: Interface,
    address: Type.String({
      minLength: 2,
      maxLength: 45,
      form: "an IPv4 or IPv6 address",
      description: "A real address of this unit, never a floating one.",
    }),
    prefixLength: whole("The length of its network's prefix.", [1, 128], 24),
  },
  closed,
);

const Mtu = Type.Object(
  { interface: Interface, mtu: whole("The largest packet, in bytes.", [576, 65_535], 1_500) },
  closed,
);

const Route = Type.Object(
  {
    destination: Type.String({
      minLength: 1,
      maxLength: 50,
      form: 'a network such as 10.0.0.0/8, or "default"',
      description: 'A network, or "default" for everything else.',
    }),
    gateway: Type.String({
      minLength: 2,
      maxLength: 45,
      form: "an IPv4 or IPv6 address",
      description: "The next router: an address within a network of this unit.",
    }),
  },
  closed,
);

export const NetworkSchema = Type.Object(
  {
    addresses: Type.Array(Address, {
      maxItems: 64,
      default: [],
      description: "Real addresses that the unit gives its interfaces.",
    }),
    mtus: Type.Array(Mtu, { maxItems: 32, default: [], description: "The MTU of interfaces." }),
    routes: Type.Array(Route, { maxItems: 256, default: [], description: "Routes by a gateway." }),
  },
  {
    ...closed,
    description:
      "Addresses, MTU and routes of this unit, kept over restarts. What is listed is added at the start and at each change, what is no longer listed goes; needs CAP_NET_ADMIN.",
    default: {},
  },
);
