/** The console's certificate: made at first need, replaced from the page, made anew before it ends. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import type { Clock } from "#base/clock.ts";
import type { Certificate } from "#console/contract/upkeep.ts";
import { writeWholeFile } from "#settings-file/whole-file.ts";
import { Refusal } from "./refusal.ts";
import { GENERATED_BY, type KeyAndCertificate, makeSelfSigned } from "./self-signed.ts";

const DAY_MS = 24 * 3_600_000;
const RENEW_MS = 30 * DAY_MS;
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/;

export class CertificateDesk {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #unit: () => string;
  readonly #onChange: (pair: KeyAndCertificate) => void;
  #current: KeyAndCertificate;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    path: string,
    current: KeyAndCertificate,
    rest: Pick<CertificateDeskDeps, "clock" | "unit" | "onChange">,
  ) {
    this.#path = path;
    this.#current = current;
    this.#clock = rest.clock;
    this.#unit = rest.unit;
    this.#onChange = rest.onChange;
  }

  /** Reads what there is; makes one where there is none, or where one that was made here is about to end. */
  static async open(folder: string, deps: CertificateDeskDeps): Promise<CertificateDesk> {
    const path = join(folder, "certificate.pem");
    const known = await readPair(path);
    const made = (): KeyAndCertificate => makeSelfSigned(deps.unit(), namesOfUnit(), deps.clock.wallMs());
    const current = known === null || endsSoon(known, deps.clock.wallMs()) ? made() : known;
    const desk = new CertificateDesk(path, current, deps);
    if (current !== known) await desk.#write(current);
    return desk;
  }

  get current(): KeyAndCertificate {
    return this.#current;
  }

  get certificate(): NonNullable<Certificate["certificate"]> {
    const parsed = new X509Certificate(this.#current.certificate);
    const daysLeft = Math.floor((Date.parse(parsed.validTo) - this.#clock.wallMs()) / DAY_MS);
    return {
      subject: parsed.subject.replaceAll("\n", ", "),
      issuer: parsed.issuer.replaceAll("\n", ", "),
      names: (parsed.subjectAltName ?? "")
        .split(", ")
        .map((name) => name.replace(/^(?:DNS|IP Address):/, "")),
      validFrom: new Date(parsed.validFrom).toISOString(),
      validTo: new Date(parsed.validTo).toISOString(),
      daysLeft,
      isSelfSigned: parsed.subject === parsed.issuer,
      fingerprint: parsed.fingerprint256,
    };
  }

  /** Puts another one in its place; throws a `Refusal` where key and certificate do not belong together. */
  async replace(pair: KeyAndCertificate): Promise<void> {
    let daysLeft = 0;
    try {
      const parsed = new X509Certificate(pair.certificate);
      if (!parsed.checkPrivateKey(createPrivateKey(pair.key))) throw new Error("the key is another one's");
      createSecureContext({ cert: pair.certificate, key: pair.key });
      daysLeft = Date.parse(parsed.validTo) - this.#clock.wallMs();
    } catch (error) {
      throw new Refusal("bad-request", `not a certificate with its key in PEM: ${(error as Error).message}`);
    }
    if (daysLeft <= 0) throw new Refusal("bad-request", "the certificate has ended");
    await this.#write(pair);
  }

  /** A new self-signed one, for `names` and all that the unit has. */
  async generate(names: readonly string[]): Promise<void> {
    const wrong = names.find((name) => !HOST_NAME.test(name) && !/^[0-9a-fA-F:.]+$/.test(name));
    if (wrong !== undefined) throw new Refusal("bad-request", `${wrong} is no name and no address`);
    const all = [...new Set([...names, ...namesOfUnit()])];
    await this.#write(makeSelfSigned(this.#unit(), all, this.#clock.wallMs()));
  }

  async #write(pair: KeyAndCertificate): Promise<void> {
    const written = this.#writing.then(() => writeWholeFile(this.#path, `${pair.key}${pair.certificate}`));
    this.#writing = written.catch(() => {});
    await written;
    this.#current = pair;
    this.#onChange(pair);
  }
}

export interface CertificateDeskDeps {
  readonly clock: Clock;
  readonly unit: () => string;
  readonly onChange: (pair: KeyAndCertificate) => void;
}

async function readPair(path: string): Promise<KeyAndCertificate | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  const [key] =
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----\n/.exec(text ?? "") ?? [];
  return text === null || key === undefined ? null : { key, certificate: text.replace(key, "") };
}

function endsSoon({ certificate }: KeyAndCertificate, wallMs: number): boolean {
  const parsed = new X509Certificate(certificate);
  return parsed.subject.includes(GENERATED_BY) && Date.parse(parsed.validTo) - wallMs < RENEW_MS;
}

/** Under which the console may be reached: the host's name and every address. */
function namesOfUnit(): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).map(({ address }) => address),
  );
  const name = hostname();
  return [...new Set(["localhost", ...(HOST_NAME.test(name) ? [name] : []), ...addresses])];
}
