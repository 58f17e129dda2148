/** A setting by its name in both languages, with its help in Japanese; the schema's description is the English one. */
export type SettingName = readonly [ja: string, en: string, help: string];

export type SettingNames = Readonly<Record<string, SettingName>>;
