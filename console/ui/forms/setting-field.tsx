/** One setting: its name, its control, its help and its faults, all from the schema. */
import { language, say } from "#console/ui/i18n/language.ts";
import { Button } from "#console/ui/widgets/button.tsx";
import { Field } from "#console/ui/widgets/field.tsx";
import { Select } from "#console/ui/widgets/select-field.tsx";
import { Lines, NumberInput, Quantity, RadioGroup, type Suggestion, Switch, TextInput } from "./controls.tsx";
import { type Draft, faultsAt, isChangedAt } from "./draft.ts";
import { faultText } from "./fault-text.ts";
import {
  choicesOf,
  controlOf,
  freshItem,
  freshValue,
  lastName,
  nodeAt,
  type SchemaNode,
  unitsOf,
} from "./json-schema.ts";
import { CHOICE_NAMES } from "./names/choice-names.ts";
import { GROUP_NAMES, SETTING_NAMES } from "./names/setting-names.ts";
import { keysOf, valueAt } from "./settings-path.ts";

/** Values that are offered for a setting; the key is its path with `[]`. */
export type Suggestions = Readonly<Record<string, readonly Suggestion[]>>;

export interface SettingFieldProps {
  readonly draft: Draft;
  readonly path: string;
  readonly isReadOnly: boolean;
  readonly suggestions?: Suggestions;
}

const RADIOS_MAX = 3;
/** The schema gives the manual's words in brackets after its own. */
const MANUAL_WORDS = / ?\([^)]*[\u3040-\u30ff\u4e00-\u9fff][^)]*\)/g;

/** A path without the places in lists, as the schema's rows have it. */
const schemaPath = (path: string): string => path.replace(/\[\d+\]/g, "[]");

/** The name of a setting in the language of the pages; its path where it has none yet. */
export function settingName(path: string): string {
  const known = SETTING_NAMES[schemaPath(path)] ?? GROUP_NAMES[schemaPath(path)];
  return known === undefined ? path : say([known[0], known[1]]);
}

export const choiceName = (path: string, choice: string): string => {
  const known = CHOICE_NAMES[`${schemaPath(path)}=${choice}`];
  return known === undefined ? choice : say(known);
};

function helpOf({ rows }: Draft, path: string): string {
  const known = SETTING_NAMES[schemaPath(path)];
  const english = (rows.find((row) => row.path === schemaPath(path))?.description ?? "").replace(
    MANUAL_WORDS,
    "",
  );
  return known === undefined ? english : say([known[2], english]);
}

export function SettingField(props: SettingFieldProps) {
  const { draft, path } = props;
  const node = nodeAt(draft.schema, schemaPath(path));
  if (node === null) return null;
  const control = controlOf(node, lastName(path));
  const faults =
    control === "items" ? draft.check?.faults.filter((fault) => fault.path === path) : faultsAt(draft, path);
  const [fault] = faults ?? [];
  const isGroup = control === "switch" || control === "items" || isRadioChoice(node);
  return (
    <Field
      id={path}
      label={settingName(path)}
      help={helpOf(draft, path)}
      error={fault === undefined ? null : faultText(fault, language.value)}
      isChanged={isChangedAt(draft, path)}
      isGroup={isGroup}
    >
      <SettingControl {...props} node={node} isFaulty={fault !== undefined} />
    </Field>
  );
}

const isRadioChoice = (node: SchemaNode): boolean =>
  (choicesOf(node)?.length ?? RADIOS_MAX + 1) <= RADIOS_MAX;

interface SettingControlProps extends SettingFieldProps {
  readonly node: SchemaNode;
  readonly isFaulty: boolean;
}

function SettingControl(props: SettingControlProps) {
  const { draft, path, node, isFaulty, isReadOnly, suggestions = {} } = props;
  const key = lastName(path);
  const common = {
    id: path,
    value: valueAt(draft.document, path),
    isFaulty,
    isReadOnly,
    onValue: (value: unknown) => draft.set(path, value),
  };
  switch (controlOf(node, key)) {
    case "switch":
      return <Switch {...common} />;
    case "choice":
      return <Choice {...common} path={path} node={node} />;
    case "number":
      return <NumberInput {...common} />;
    case "quantity":
      return <Quantity {...common} units={unitsOf(key) ?? []} label={settingName(path)} />;
    case "lines":
      return <Lines {...common} items={node.items} />;
    case "items":
      return <Items {...props} />;
    case "text":
      return (
        <TextInput
          {...common}
          isOptional={node.default === undefined && isOptional(draft.schema, path)}
          suggestions={suggestions[schemaPath(path)] ?? []}
        />
      );
  }
}

/** Whether the object that the setting is in can be without it. */
function isOptional(schema: SchemaNode, path: string): boolean {
  const parent = schemaPath(path).replace(/\.?[A-Za-z_$][\w$-]*$/, "");
  const node = parent === "" ? schema : nodeAt(schema, parent);
  return !(node?.required ?? []).includes(lastName(path));
}

interface ChoiceProps {
  readonly id: string;
  readonly path: string;
  readonly node: SchemaNode;
  readonly value: unknown;
  readonly isFaulty: boolean;
  readonly isReadOnly: boolean;
  readonly onValue: (value: unknown) => void;
}

function Choice({ path, node, ...control }: ChoiceProps) {
  const choices = (choicesOf(node) ?? []).map((choice) => [choice, choiceName(path, choice)] as const);
  if (isRadioChoice(node)) return <RadioGroup {...control} choices={choices} />;
  return <Select id={control.id} value={String(control.value)} choices={choices} onValue={control.onValue} />;
}

/** A list of objects: each item with its members, which may be added, removed and moved. */
function Items({ draft, path, node, isReadOnly, suggestions }: SettingControlProps) {
  const value = valueAt(draft.document, path);
  const items = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const members = Object.keys(node.items?.properties ?? {});
  const name = settingName(path);
  const swapped = (at: number): readonly unknown[] =>
    items.map((item, index) => (index === at - 1 ? items[at] : index === at ? items[at - 1] : item));
  return (
    <div class="items">
      {items.length === 0 ? <p class="soft">{say(["まだありません。", "None yet."])}</p> : null}
      {items.map((_, at) => (
        // An item of the settings is its place in the list.
        <fieldset class="item" key={at} aria-label={`${name} ${at + 1}`}>
          {members.map((member) => (
            <ItemMember
              key={member}
              draft={draft}
              path={`${path}[${at}].${member}`}
              isReadOnly={isReadOnly}
              {...(suggestions === undefined ? {} : { suggestions })}
            />
          ))}
          {isReadOnly ? null : (
            <>
              {at === 0 ? null : (
                <Button small title={say(["上へ", "Up"])} onPress={() => draft.set(path, swapped(at))}>
                  ↑ <span class="sr">{say(["{n} を上へ", "Move {n} up"], { n: at + 1 })}</span>
                </Button>
              )}
              <Button
                small
                onPress={() =>
                  draft.set(
                    path,
                    items.filter((_item, index) => index !== at),
                  )
                }
              >
                {say(["削除", "Remove"])}
                <span class="sr">{` ${name} ${at + 1}`}</span>
              </Button>
            </>
          )}
        </fieldset>
      ))}
      {isReadOnly ? null : (
        <div>
          <Button
            small
            onPress={() =>
              draft.set(path, [...items, node.items === undefined ? "" : freshItem(node.items, items)])
            }
          >
            {say(["追加", "Add"])}
            <span class="sr">{` ${name}`}</span>
          </Button>
        </div>
      )}
    </div>
  );
}

/** An object within an item that may be left out: there when it is ticked, with its members. */
function OptionalGroup(props: SettingControlProps) {
  const { draft, path, node, isReadOnly } = props;
  const isThere = valueAt(draft.document, path) !== undefined;
  return (
    <fieldset class="member">
      <legend>{settingName(path)}</legend>
      <label class="choice">
        <input
          type="checkbox"
          checked={isThere}
          disabled={isReadOnly}
          onChange={() => draft.set(path, isThere ? undefined : freshValue(node))}
        />
        {say(["指定する", "Set"])}
      </label>
      {isThere ? (
        <span class="row">
          {Object.keys(node.properties ?? {}).map((member) => (
            <ItemMember key={member} {...props} path={`${path}.${member}`} />
          ))}
        </span>
      ) : null}
    </fieldset>
  );
}

function ItemMember(props: SettingFieldProps) {
  const { draft, path } = props;
  const node = nodeAt(draft.schema, schemaPath(path));
  if (node === null) return null;
  if (node.type === "object") return <OptionalGroup {...props} node={node} isFaulty={false} />;
  const [fault] = faultsAt(draft, path);
  const help = helpOf(draft, path);
  // A switch or radio has labels of its own, and a label may hold only one control.
  const isGroup = ["switch", "items"].includes(controlOf(node, lastName(path))) || isRadioChoice(node);
  const about = (
    <span id={`${path}-about`}>
      {fault === undefined ? null : <span class="error">{faultText(fault, language.value)}</span>}
    </span>
  );
  const control = <SettingControl {...props} node={node} isFaulty={fault !== undefined} />;
  const Wrapper = isGroup ? "fieldset" : "div";
  return (
    <Wrapper class="member" title={help}>
      {isGroup ? <legend>{settingName(path)}</legend> : <label for={path}>{settingName(path)}</label>}
      <span class="row">{control}</span>
      {about}
    </Wrapper>
  );
}

/** Whether two paths name the same setting or one within the other. */
export const isWithin = (path: string, outer: string): boolean => {
  const [inner, around] = [keysOf(path), keysOf(outer)];
  return around.every((key, at) => inner[at] === key);
};
