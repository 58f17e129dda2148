/** All connections of the WPAD server. It opens no socket itself: `accept` gets wires from whatever listens. */
import type { Clock } from "#base/clock.ts";
import { imfFixdate } from "#http/http-date.ts";
import { clientAddress } from "#policy/client-networks.ts";
import type { Wire, WireHandler } from "#transport/wire.ts";
import { type ConnectionHome, ScriptConnection } from "./script-connection.ts";
import type { ScriptSite } from "./script-site.ts";

export interface ConnectionCaps {
  readonly connectionsMax: number;
  readonly connectionsPerClientMax: number;
}

/** Of a wire that is dropped. */
const DROPPED: WireHandler = { onData: () => true, onEnd: () => {}, onDrain: () => {}, onClose: () => {} };

export class ScriptServer {
  readonly #home: ConnectionHome;
  /** Those that were answered longest ago come first. */
  readonly #connections = new Set<ScriptConnection>();
  readonly #byClient = new Map<string, number>();
  #site: ScriptSite;
  #caps: ConnectionCaps;
  #dropped = 0;
  #refused = 0;

  constructor(clock: Clock, site: ScriptSite, caps: ConnectionCaps) {
    this.#site = site;
    this.#caps = caps;
    this.#home = {
      nowMs: clock.nowMs,
      date: () => imfFixdate(clock.wallMs()),
      answer: ({ parser, wire }) => this.#site.answer(parser.head, wire.remoteAddress),
      refused: () => {
        this.#refused += 1;
      },
      touched: (connection) => {
        this.#connections.delete(connection);
        this.#connections.add(connection);
      },
      closed: (connection) => this.#forget(connection),
    };
  }

  /** Other settings from the next request on. */
  apply(site: ScriptSite, caps: ConnectionCaps): void {
    this.#site = site;
    this.#caps = caps;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Connections beyond a limit, and requests that are none. */
  get turnedAway(): { readonly dropped: number; readonly refused: number } {
    return { dropped: this.#dropped, refused: this.#refused };
  }

  /** A client has connected. When there is no place, the connection that was answered longest ago makes room. */
  accept(wire: Wire): void {
    const client = clientAddress(wire.remoteAddress);
    const ofClient = this.#byClient.get(client) ?? 0;
    if (ofClient >= this.#caps.connectionsPerClientMax) {
      this.#dropped += 1;
      wire.handler = DROPPED;
      wire.reset();
      return;
    }
    if (this.#connections.size >= this.#caps.connectionsMax) this.#dropOldest();
    this.#byClient.set(client, ofClient + 1);
    this.#connections.add(new ScriptConnection(wire, this.#home));
  }

  /** Keeps the time limits of all connections. */
  sweep(nowMs: number): void {
    for (const connection of this.#connections) connection.sweep(nowMs);
  }

  /** Ends all connections, now. */
  close(): void {
    for (const { wire } of this.#connections) wire.destroy();
  }

  #dropOldest(): void {
    const [oldest] = this.#connections;
    if (oldest === undefined) return;
    this.#dropped += 1;
    // At once: its close is told only later in the turn, and until then many more may come.
    this.#forget(oldest);
    oldest.wire.reset();
  }

  #forget(connection: ScriptConnection): void {
    if (!this.#connections.delete(connection)) return;
    const client = clientAddress(connection.wire.remoteAddress);
    const left = (this.#byClient.get(client) ?? 1) - 1;
    if (left === 0) this.#byClient.delete(client);
    else this.#byClient.set(client, left);
  }
}
