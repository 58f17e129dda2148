/** The console of one unit: everything it is made of, from its state on disk to its listeners. */
import { join, resolve } from "node:path";
import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { type Outcome, success } from "#base/outcome.ts";
import { remember } from "#base/remember.ts";
import { Syslog } from "#log/syslog.ts";
import { compileClientNetworks } from "#policy/client-networks.ts";
import type { Settings } from "#settings/schema.ts";
import type { SettingsFault } from "#settings/settings-fault.ts";
import { GenerationStore } from "#settings-file/generation-store.ts";
import { AccessCounts } from "./access-statistics.ts";
import { Accounts, FIRST_USER } from "./accounts.ts";
import { buildApi } from "./api.ts";
import { AuditLog } from "./audit-log.ts";
import { CertificateDesk } from "./certificate-desk.ts";
import { Drafts } from "./drafts.ts";
import { EventHub } from "./event-hub.ts";
import { Figures } from "./figures.ts";
import type { Handlers } from "./handler.ts";
import { HostWatch } from "./host-watch.ts";
import { identifier } from "./identify.ts";
import { JsonFile } from "./json-file.ts";
import { Listeners } from "./listeners.ts";
import { isLocal, listenLocally } from "./local-socket.ts";
import { LogDesk } from "./log-desk.ts";
import { LogTail } from "./log-tail.ts";
import { PairSyncDesk } from "./pair-sync.ts";
import { addPeerRelay, type PinsFile } from "./peer-relay.ts";
import { Pulse } from "./pulse.ts";
import { backupRoutes } from "./routes/backup.ts";
import { cacheRoutes } from "./routes/cache.ts";
import { eventRoutes } from "./routes/events.ts";
import { explainRoutes } from "./routes/explain.ts";
import { hostRoutes } from "./routes/host.ts";
import { interfaceRoutes } from "./routes/interfaces.ts";
import { logRoutes } from "./routes/logs.ts";
import { pairRoutes } from "./routes/pair.ts";
import { proxyRoutes } from "./routes/proxy.ts";
import { serviceRoutes } from "./routes/services.ts";
import { sessionRoutes } from "./routes/session.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { syncRoutes } from "./routes/sync.ts";
import { upkeepRoutes } from "./routes/upkeep.ts";
import { userRoutes } from "./routes/users.ts";
import { wpadRoutes } from "./routes/wpad.ts";
import type { Appliance, Services } from "./services.ts";
import { Sessions } from "./sessions.ts";
import { SettingsDesk } from "./settings-desk.ts";
import { SignInGuard } from "./sign-in-guard.ts";
import { addPages } from "./static-files.ts";
import { Tokens } from "./tokens.ts";
import { UnitLink } from "./unit-link.ts";

export interface ConsoleOptions {
  /** The unit's state folder, and the console's own within it. */
  readonly stateDir: string;
  readonly folder: string;
  readonly generationsFolder: string;
  /** The file that the unit reads, whether it is there yet or not. */
  readonly settingsPath: string;
  readonly unitLog: string;
  readonly unitSocket: string;
  readonly heartbeatSocket: string;
  /** For the command line: see local-socket.ts. */
  readonly localSocket: string;
  /** What the browser gets; the API works without it. */
  readonly pagesFolder: string;
  readonly appliance: Appliance;
  /** What is wrong with the meaning of settings. */
  readonly faultsOf: (settings: Settings) => readonly SettingsFault[];
  /** For the terminal that the unit runs in. */
  readonly print: (line: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ConsoleServer implements AsyncDisposable {
  readonly #options: ConsoleOptions;
  /** Ends everything that was started, the last first. */
  readonly #parts = new AsyncDisposableStack();
  #urls: () => readonly string[] = () => [];

  private constructor(options: ConsoleOptions) {
    this.#options = options;
  }

  /** Starts all parts; on failure nothing is left of them. The error is a sentence for the operator. */
  static async start(options: ConsoleOptions): Promise<Outcome<ConsoleServer, string>> {
    const server = new ConsoleServer(options);
    const started = await server.#startParts();
    if (started.ok) return success(server);
    await server[Symbol.asyncDispose]();
    return started;
  }

  /** Where it is reached. */
  get urls(): readonly string[] {
    return this.#urls();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  async #startParts(): Promise<Outcome<null, string>> {
    const { logger, pagesFolder, folder } = this.#options;
    const services = await this.#openServices();
    const { accounts, sessions, tokens, audit, desk } = services;
    const allows = (): ((address: string) => boolean) =>
      remember(compileClientNetworks(desk.settings.console.allowedNetworks));
    let allowed = { of: desk.settings, check: allows() };
    const identify = identifier(accounts, sessions, tokens);
    const app = buildApi({
      handlers: handlersOf(services),
      identify,
      audit: (entry) => audit.add(entry),
      onFailure: (name, error) =>
        logger("error", "console-failed", { name, why: String((error as Error)?.stack ?? error) }),
      allows: ({ ip, raw }) => {
        if (isLocal(raw.socket)) return true;
        if (allowed.of !== desk.settings) allowed = { of: desk.settings, check: allows() };
        return allowed.check(ip);
      },
    });
    const pins = await JsonFile.open<PinsFile>(join(folder, "peer-certificates.json"), { pins: {} });
    addPeerRelay(app, {
      desk,
      identify,
      pins,
      onCertificate: (detail, isKnown) =>
        void audit.add({
          actor: "futago",
          address: "",
          action: "peer.certificate",
          outcome: isKnown ? "refused" : "done",
          detail,
        }),
    });
    addPages(app, pagesFolder);
    await app.ready();
    this.#parts.defer(() => app.close());
    this.#handle = app.routing;
    this.#parts.use(this.#pulse(services));
    const { listen, plainOnLoopback } = desk.settings.console;
    const opened = await services.listeners.open(listen, plainOnLoopback);
    if (!opened.ok) return opened;
    const local = await listenLocally(this.#options.localSocket, app.routing);
    if (local.ok) this.#parts.use(local.value);
    else logger("warning", "console-not-local", { path: this.#options.localSocket, why: local.error });
    this.#urls = () => services.listeners.urls;
    logger("info", "console-started", { urls: this.urls.join(" "), generation: desk.latest.generation });
    await this.#greet(services);
    return success(null);
  }

  /** Set when the application is built; the listeners come before it. */
  #handle: ReturnType<typeof buildApi>["routing"] = (_request, response) => void response.destroy();

  #pulse(services: Services): Pulse {
    const { access, clock, logs } = services;
    this.#parts.use(
      new LogTail(
        () => logs.pathOf("access"),
        ({ lines, skippedBytes }) => {
          for (const line of lines) access.add(line.toString("latin1"), clock.wallMs());
          if (skippedBytes > 0) access.leaveOut(Math.round(skippedBytes / LINE_BYTES));
        },
      ),
    );
    return new Pulse(services);
  }

  async #openServices(): Promise<Services> {
    const { folder, clock, logger, appliance, unitSocket, heartbeatSocket } = this.#options;
    const link = new UnitLink({ unit: () => unitSocket, heartbeat: heartbeatSocket }, clock);
    const accounts = await Accounts.open(join(folder, "accounts.json"), clock);
    const tokens = await Tokens.open(join(folder, "tokens.json"), clock);
    const hub = this.#parts.use(new EventHub());
    const syslog = this.#parts.use(
      new Syslog({ path: "/dev/log", tag: "futago-console", pid: process.pid, clock }),
    );
    let mirrors = true;
    const audit = await AuditLog.open(join(folder, "audit.log"), clock, (line) => {
      if (mirrors) syslog.write("notice", line);
    });
    const listeners: Listeners = new Listeners(
      (request, response) => this.#handle(request, response),
      () => certificates.current,
    );
    const sync = this.#pairSync(() => desk, audit);
    let shared = Number.POSITIVE_INFINITY;
    const onChange = (changed: SettingsDesk): void => {
      const { settings, latest, pending } = changed;
      mirrors = settings.console.auditToSyslog;
      hub.tell("settings", { generation: latest.generation, author: latest.author, pending });
      // While a change waits, the old places stay: it is confirmed from either.
      if (pending !== null) return;
      listeners.closeOthers(settings.console.listen, settings.console.plainOnLoopback);
      if (latest.generation > shared && SHARED_ORIGINS.has(latest.origin))
        void changed.row(latest).then(({ sections, reason }) => sync.shareChange(sections, reason));
      shared = latest.generation;
    };
    const desk: SettingsDesk = await this.#openDesk(link, listeners, { onChange, audit });
    this.#parts.use(desk);
    shared = desk.latest.generation;
    mirrors = desk.settings.console.auditToSyslog;
    const certificates: CertificateDesk = await CertificateDesk.open(folder, {
      clock,
      unit: () => desk.settings.unit.name,
      onChange: (pair) => listeners.useCertificate(pair),
    });
    this.#parts.use(listeners);
    return {
      appliance,
      clock,
      logger,
      accounts,
      tokens,
      audit,
      desk,
      link,
      sync,
      hub,
      certificates,
      listeners,
      sessions: new Sessions(clock, () => desk.settings.console.idleTimeoutMs),
      guard: new SignInGuard(clock),
      drafts: await Drafts.open(join(folder, "drafts.json"), clock),
      logs: this.#logDesk(desk),
      access: new AccessCounts(),
      figures: new Figures(),
      host: this.#parts.use(new HostWatch(clock)),
    };
  }

  #pairSync(desk: () => SettingsDesk, audit: AuditLog): PairSyncDesk {
    return new PairSyncDesk({
      desk,
      clock: this.#options.clock,
      onSent: (ok, detail) =>
        void audit.add({
          actor: "futago",
          address: "",
          action: "pair.sync.sent",
          outcome: ok ? "done" : "refused",
          detail,
        }),
    });
  }

  #logDesk(desk: SettingsDesk): LogDesk {
    const { unitLog, stateDir, clock } = this.#options;
    const accessLog = (): string | null => {
      const { enabled, file } = desk.settings.accessLog;
      return enabled ? resolve(stateDir, file) : null;
    };
    return new LogDesk({ accessLog, unitLog }, clock);
  }

  async #openDesk(
    link: UnitLink,
    listeners: Listeners,
    rest: { readonly onChange: (desk: SettingsDesk) => void; readonly audit: AuditLog },
  ): Promise<SettingsDesk> {
    const { generationsFolder, settingsPath, faultsOf, clock, logger } = this.#options;
    const store = await GenerationStore.open(generationsFolder, settingsPath, { wallMs: clock.wallMs() });
    return SettingsDesk.open({
      store,
      faultsOf,
      reload: () => link.ask({ command: "reload" }),
      prepare: ({ console: own }) => listeners.open(own.listen, own.plainOnLoopback),
      onChange: rest.onChange,
      onRollback: (detail) =>
        void rest.audit.add({
          actor: "futago",
          address: "",
          action: "settings.rolled-back",
          outcome: "done",
          detail,
        }),
      clock,
      logger,
    });
  }

  /** The one-time password of the first start, until somebody has used one. */
  async #greet({ accounts }: Services): Promise<void> {
    if (!accounts.isFirstStart) return;
    const password = await accounts.resetFirst();
    this.#options.print(`  sign in as ${FIRST_USER} with the one-time password ${password}`);
  }
}

/** Changes that were made here; what came from the other unit does not go back. */
const SHARED_ORIGINS: ReadonlySet<string> = new Set(["console", "restore", "backup", "file"]);

/** For what is only estimated: an access log line is about so long. */
const LINE_BYTES = 150;

const handlersOf = (services: Services): Handlers => ({
  ...sessionRoutes(services),
  ...userRoutes(services),
  ...proxyRoutes(services),
  ...pairRoutes(services),
  ...serviceRoutes(services),
  ...interfaceRoutes(services),
  ...settingsRoutes(services),
  ...hostRoutes(services),
  ...logRoutes(services),
  ...cacheRoutes(services),
  ...upkeepRoutes(services),
  ...eventRoutes(services),
  ...explainRoutes(services),
  ...backupRoutes(services),
  ...syncRoutes(services),
  ...wpadRoutes(services),
});
