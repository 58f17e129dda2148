/** What the routes work with. */
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Outcome } from "#base/outcome.ts";
import type { AccessCounts } from "./access-statistics.ts";
import type { Accounts } from "./accounts.ts";
import type { AuditLog } from "./audit-log.ts";
import type { CertificateDesk } from "./certificate-desk.ts";
import type { Drafts } from "./drafts.ts";
import type { EventHub } from "./event-hub.ts";
import type { Figures } from "./figures.ts";
import type { HostWatch } from "./host-watch.ts";
import type { Listeners } from "./listeners.ts";
import type { LogDesk } from "./log-desk.ts";
import type { PairSyncDesk } from "./pair-sync.ts";
import type { Sessions } from "./sessions.ts";
import type { SettingsDesk } from "./settings-desk.ts";
import type { SignInGuard } from "./sign-in-guard.ts";
import type { Tokens } from "./tokens.ts";
import type { UnitLink } from "./unit-link.ts";

/** What only the appliance around the console can do. */
export interface Appliance {
  readonly version: string;
  /** Where the unit keeps its state. */
  readonly stateDir: string;
  /** package.json of the product and the packages in it, for licences and components. */
  readonly components: () => readonly Component[];
  /** Stops or restarts the machine; the outcome says why not. */
  readonly power: (action: "stop" | "restart") => Promise<Outcome<null, string>>;
  /** Why it cannot, or null. */
  readonly powerFault: () => string | null;
}

export interface Component {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

export interface Services {
  readonly appliance: Appliance;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly guard: SignInGuard;
  readonly audit: AuditLog;
  readonly desk: SettingsDesk;
  readonly drafts: Drafts;
  readonly link: UnitLink;
  readonly sync: PairSyncDesk;
  readonly logs: LogDesk;
  readonly access: AccessCounts;
  readonly figures: Figures;
  readonly host: HostWatch;
  readonly hub: EventHub;
  readonly certificates: CertificateDesk;
  readonly listeners: Listeners;
}

export const isoOf = (wallMs: number): string => new Date(wallMs).toISOString();
