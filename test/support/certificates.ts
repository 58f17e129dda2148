/** Certificates for tests, made by openssl in a folder of their own that goes with the test. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface CertificatePair {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateAuthority {
  /** PEM, to be trusted. */
  readonly certificate: string;
  /** The same as a file, for programs. */
  readonly certificateFile: string;
  /** A certificate for names and addresses; `days` below 1 makes one that has ended. */
  makeCertificate(names: readonly string[], days?: number): CertificatePair;
  /** Removes its folder. */
  remove(): void;
}

const openssl = (folder: string, words: readonly string[]): void => {
  execFileSync("openssl", words, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
};

const KEY_OPTIONS = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** The form of the -not_before and -not_after options. */
const opensslTime = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, "").slice(0, 14).concat("Z");

/** Makes a certificate authority of its own. */
export function makeCa(): CertificateAuthority {
  const folder = mkdtempSync(join(tmpdir(), "futago-ca-"));
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  openssl(folder, [
    ...["req", "-x509", ...KEY_OPTIONS, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30"],
    ...["-subj", "/CN=Futago test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign"],
  ]);
  let count = 0;
  return {
    certificate: read("ca.pem"),
    certificateFile: join(folder, "ca.pem"),
    makeCertificate: (names, days = 30) => {
      count += 1;
      const name = `server-${count}`;
      const alternatives = names.map((text) => `${isIP(text) === 0 ? "DNS" : "IP"}:${text}`).join(",");
      writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${alternatives}\n`);
      openssl(folder, [
        ...["req", "-new", ...KEY_OPTIONS, "-keyout", `${name}.key`, "-out", `${name}.csr`],
        ...["-subj", `/CN=${names[0] ?? name}`],
      ]);
      writeFileSync(join(folder, "ca.cnf"), CA_CONFIGURATION);
      writeFileSync(join(folder, "index.txt"), "");
      openssl(folder, [
        ...["ca", "-batch", "-config", "ca.cnf", "-in", `${name}.csr`, "-out", `${name}.pem`, "-notext"],
        ...["-startdate", opensslTime(-60), "-enddate", opensslTime(days < 1 ? -1 : days)],
        ...["-extfile", `${name}.ext`, "-rand_serial"],
      ]);
      return { certificate: read(`${name}.pem`), key: read(`${name}.key`) };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `openssl ca`, because only it takes dates in the past. */
const CA_CONFIGURATION = `[ca]
default_ca = test
[test]
database = index.txt
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
`;
