/** A self-signed certificate (RFC 5280) for the console: ECDSA on P-256, for names and addresses. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import { parseIpAddress } from "#policy/ip-address.ts";
import { bits, explicit, implicit, integer, octets, oid, sequence, set, utcTime, utf8, yes } from "./der.ts";

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  subjectAltName: "2.5.29.17",
} as const;

const DAY_MS = 24 * 3_600_000;
/** Browsers take no more than this from a certificate that its owner trusts by hand. */
const LIFE_MS = 800 * DAY_MS;
/** Clocks of browsers may be behind. */
const BACKDATED_MS = DAY_MS;

/** Tells a certificate that was made here from one that an administrator has put in. */
export const GENERATED_BY = "Futago (self-signed)";

export interface KeyAndCertificate {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
}

const attribute = (type: string, text: string): Buffer => set(sequence(oid(type), utf8(text)));

const extension = (type: string, isCritical: boolean, value: Buffer): Buffer =>
  sequence(oid(type), ...(isCritical ? [yes()] : []), octets(value));

function addressBytes(text: string): Buffer {
  const address = parseIpAddress(text);
  const digits = (address?.bits ?? 0n).toString(16).padStart(address?.family === 4 ? 8 : 32, "0");
  return Buffer.from(digits, "hex");
}

/** GeneralName: an address where it is one, else a DNS name. */
const generalName = (name: string): Buffer =>
  isIP(name) === 0 ? implicit(2, Buffer.from(name, "latin1")) : implicit(7, addressBytes(name));

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** A new key and its certificate for `names`, of which there is at least one. */
export function makeSelfSigned(unit: string, names: readonly string[], wallMs: number): KeyAndCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = sequence(attribute(OID.organization, GENERATED_BY), attribute(OID.commonName, unit));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const extensions = sequence(
    extension(OID.basicConstraints, true, sequence()),
    // digitalSignature
    extension(OID.keyUsage, true, bits(Buffer.from([0x80]), 7)),
    extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth))),
    extension(OID.subjectAltName, false, sequence(...names.map(generalName))),
  );
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(utcTime(wallMs - BACKDATED_MS), utcTime(wallMs + LIFE_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    explicit(3, extensions),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: pem("CERTIFICATE", sequence(toBeSigned, algorithm, bits(signature))),
  };
}
