/** Reads the Markdown vectors of nodejs/llhttp, which are not part of this tree. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** The folder of public corpora, beside the checkout or where FUTAGO_CORPORA says; null when absent. */
export function corporaFolder(): string | null {
  const { FUTAGO_CORPORA: folder = "../shared/corpora" } = process.env;
  return existsSync(`${folder}/llhttp`) ? folder : null;
}

export interface CorpusSample {
  /** "request/uri.md: Quotes in URI" */
  readonly name: string;
  readonly kind: "request" | "response";
  /** The sample needs one of llhttp's lenient flags. */
  readonly isLenient: boolean;
  /** llhttp's error, or null. A pause is none. */
  readonly error: string | null;
  /** The bytes as one latin1 string. */
  readonly text: string;
}

/** llhttp's own conventions: a real line break is CRLF, `\` before one joins, and \r \n \t \f \xNN are escapes. */
const wireText = (block: string): string =>
  block
    .replace(/\n$/, "")
    .replace(/\\\n/g, "")
    .replace(/\n/g, "\r\n")
    .replace(/\\r/g, "\r")
    .replace(/\\n/g, "\n")
    .replace(/\\t/g, "\t")
    .replace(/\\f/g, "\f")
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const PAUSE = /^Pause on |^Paused/;

function samplesOf(file: string, markdown: string): readonly CorpusSample[] {
  const samples: CorpusSample[] = [];
  for (const section of markdown.split(/^(?=#{1,4} )/m)) {
    const title = /^#{1,4} (.*)/.exec(section)?.[1] ?? "";
    const blocks = section.matchAll(
      /<!--\s*meta=(\{.*?\})\s*-->\s*```http\n([\s\S]*?)```[\s\S]*?```log\n([\s\S]*?)```/g,
    );
    for (const [, meta = "{}", http = "", log = ""] of blocks) {
      const type = (JSON.parse(meta) as { readonly type: string }).type;
      const error = /error code=\d+ reason="(.*)"/.exec(log)?.[1] ?? null;
      samples.push({
        name: `${file}: ${title}`,
        kind: type.startsWith("response") ? "response" : "request",
        isLenient: type.includes("lenient"),
        error: error === null || PAUSE.test(error) ? null : error,
        text: wireText(http),
      });
    }
  }
  return samples;
}

/** All samples of requests and responses. pausing.md and finish.md are about llhttp's interface. */
export function corpusSamples(folder: string): readonly CorpusSample[] {
  return ["request", "response"].flatMap((kind) =>
    readdirSync(`${folder}/llhttp/${kind}`)
      .filter((name) => name !== "pausing.md" && name !== "finish.md")
      .sort()
      .flatMap((name) =>
        samplesOf(`${kind}/${name}`, readFileSync(`${folder}/llhttp/${kind}/${name}`, "utf8")),
      ),
  );
}
