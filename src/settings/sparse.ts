/** Settings as a person would write them: without what the defaults say anyway. */
import { Value } from "typebox/value";
import { defaultSettings } from "./parse-settings.ts";
import type { Settings } from "./schema.ts";

type Members = Readonly<Record<string, unknown>>;

/** The members in which `settings` differ from the defaults; parsed again they give the same settings. */
export const sparseSettings = (settings: Settings): Members => without(settings, defaultSettings());

function without(value: Members, defaults: Members): Members {
  const kept = Object.entries(value).flatMap(([key, member]): readonly (readonly [string, unknown])[] => {
    const usual = defaults[key];
    if (Value.Equal(member, usual)) return [];
    return [[key, isRecord(member) && isRecord(usual) ? without(member, usual) : member]];
  });
  return Object.fromEntries(kept);
}

const isRecord = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);
