/** The schema as plain JSON Schema, as far as this folder's walks read it. */
import { SettingsSchema } from "./schema.ts";

export interface SchemaNode {
  readonly type?: "object" | "array" | "string" | "integer" | "boolean";
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly SchemaNode[];
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly format?: string;
  readonly form?: string;
}

/** The root of the walks. */
export const SETTINGS_NODE: SchemaNode = SettingsSchema as unknown as SchemaNode;
