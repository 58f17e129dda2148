import { authorityTarget } from "./authority-target.ts";
import { heartbeatTarget } from "./heartbeat-target.ts";
import { linkTarget } from "./link-target.ts";
import { pacTarget } from "./pac-target.ts";
import { chunkedTarget, requestTarget } from "./request-target.ts";
import { responseTarget } from "./response-target.ts";
import type { FuzzTarget } from "./target.ts";

/** Every parser that is fuzzed. A new one is a file of its own and a row here. */
export const TARGETS: readonly FuzzTarget[] = [
  requestTarget,
  responseTarget,
  chunkedTarget,
  authorityTarget,
  heartbeatTarget,
  linkTarget,
  pacTarget,
];
