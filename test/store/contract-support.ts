/** What the parts of the contract share. */
import type { Test } from "tap";
import type { CacheStore, StoredEntry } from "#caching/cache-store.ts";
import { until } from "#test/support/until.ts";

export const LIMIT_MS = 5_000;

/** Two views of one store, such as two workers have; both the same object where a store has only one. */
export interface StoreUnderTest {
  readonly one: CacheStore;
  readonly other: CacheStore;
  close(): Promise<void>;
}

export type DefineTest = (name: string, body: (t: Test, store: StoreUnderTest) => Promise<void>) => void;

/** The first entry of a key once there is one. */
export const found = (store: CacheStore, key: string): Promise<StoredEntry> =>
  until(() => store.find(key)[0], LIMIT_MS);

export const gone = (store: CacheStore, key: string): Promise<true> =>
  until(() => (store.find(key).length === 0 ? true : undefined), LIMIT_MS);
