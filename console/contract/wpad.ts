/** The WPAD server and its scripts. */
import Type from "typebox";
import { closed, count, nullable, oneOf, text } from "./parts.ts";

export const Wpad = closed({
  enabled: Type.Boolean(),
  state: oneOf("off", "serving", "stopped", "unreachable"),
  fault: nullable(text(1_000)),
  listening: Type.Array(text(100)),
  requests: count(),
  /** The addresses under which browsers find the script. */
  urls: Type.Array(text(500)),
  /** What is served now. */
  script: nullable(text(200_000)),
  /** What the settings in use would be served as, when it is another. */
  lint: Type.Array(
    closed({ level: oneOf("error", "warning", "note"), line: nullable(count()), message: text(1_000) }),
  ),
  /** Units in the order of the script, with what is known of them. */
  units: Type.Array(closed({ proxy: text(300), state: oneOf("up", "draining", "down", "unknown") })),
});
export type Wpad = Type.Static<typeof Wpad>;

export const WpadQuestion = closed({
  url: Type.String({ minLength: 1, maxLength: 8_192 }),
  clientAddress: Type.String({ minLength: 2, maxLength: 45 }),
});
export const WpadAnswer = closed({
  /** As FindProxyForURL answers, such as "PROXY 192.0.2.1:8080; PROXY 192.0.2.2:8080". */
  result: text(4_096),
  /** In words: which rule decided. */
  reason: text(2_000),
});
export type WpadAnswer = Type.Static<typeof WpadAnswer>;
