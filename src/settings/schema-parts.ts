/** What the schema is put together from. */
import Type from "typebox";

/** A text with a default; `form` says what it must look like. */
export const text = (description: string, fallback: string, form: string) =>
  Type.String({ description, default: fallback, form });

/** A switch. */
export const flag = (description: string, fallback: boolean) =>
  Type.Boolean({ description, default: fallback });

/** A whole number within `range`; the unit is in the key's name. */
export const whole = (description: string, range: readonly [number, number], fallback: number) =>
  Type.Integer({ description, minimum: range[0], maximum: range[1], default: fallback });

// Milliseconds and bytes.
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

export const PATH_FORM = "a path";
export const ADDRESS_FORM = "an IPv4 or IPv6 address";
export const NAME_FORM = '1 to 64 letters, digits, ".", "_" or "-"';

/** RFC 9110 section 5.6.2: a method is a token. */
export const METHOD_PATTERN = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

/** Unknown keys are errors. */
export const closed = { additionalProperties: false } as const;

const Port = Type.Integer({ minimum: 1, maximum: 65_535, description: "A TCP port." });

/** Checked further by `policy/`: an address or a network in CIDR form. */
export const Network = Type.String({
  form: "an address or a network, such as 10.0.0.0/8 or fd00::/8",
  description: "An address or a network.",
});

export const PortRange = Type.Union([
  Port,
  Type.String({
    pattern: "^[0-9]{1,5}-[0-9]{1,5}$",
    form: 'a range of ports such as "1025-65535"',
    description: 'A port, or a range such as "1025-65535".',
  }),
]);
