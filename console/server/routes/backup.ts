/** Backup and restore, and the bundle for support. */
import type { BackupPreview } from "#console/contract/upkeep.ts";
import { openBackup, sealBackup } from "#console/server/backup.ts";
import type { HandlersOf } from "#console/server/handler.ts";
import { Refusal } from "#console/server/refusal.ts";
import { readSecretFiles, secretPaths, writeSecretFiles } from "#console/server/secret-files.ts";
import { isoOf, type Services } from "#console/server/services.ts";
import { supportBundle } from "#console/server/support-bundle.ts";
import type { Settings } from "#settings/schema.ts";
import { applySettings } from "./settings.ts";

type Names = "backup.create" | "backup.preview" | "backup.restore" | "support.bundle";

export function backupRoutes(services: Services): HandlersOf<Names> {
  const { desk, accounts, appliance, clock } = services;
  return {
    "backup.create": async ({ body: { passphrase }, note }) => {
      const at = isoOf(clock.wallMs());
      const { generation } = desk.latest;
      note(`generation ${generation}`);
      const unit = desk.settings.unit.name;
      const file = await sealBackup(
        { unit, at, version: appliance.version, generation, settings: desk.settings },
        { accounts: accounts.all, files: await readSecretFiles(secretPaths(desk.settings)) },
        passphrase,
      );
      return { name: `futago-${unit}-${at.slice(0, 10)}-${generation}.backup.json`, file };
    },
    "backup.preview": async ({ body }): Promise<BackupPreview> => {
      const { facts, secrets } = await openBackup(body.file, body.passphrase);
      return {
        unit: facts.unit,
        at: facts.at,
        version: facts.version,
        generation: facts.generation,
        check: desk.check(facts.settings),
        users: secrets.accounts.map(({ user }) => user),
        secretFiles: Object.keys(secrets.files),
      };
    },
    "backup.restore": async (call) => {
      const { file, passphrase, withSecrets, reason, confirmWithinS } = call.body;
      const { facts, secrets } = await openBackup(file, passphrase);
      const parsed = desk.parse(facts.settings);
      if (!parsed.ok) throw new Refusal("settings-faults", undefined, { faults: [...parsed.error] });
      // Files first: settings that name them are refused while they are not there.
      if (withSecrets) await writeSecretFiles(allowedFiles(parsed.value, secrets.files));
      const order = {
        settings: parsed.value,
        origin: "backup" as const,
        source: null,
        reason,
        confirmWithinS,
      };
      const applied = await applySettings(services, call, order);
      if (withSecrets) {
        await accounts.replaceAll(secrets.accounts);
        call.note(`${secrets.accounts.length} accounts and ${Object.keys(secrets.files).length} files`);
      }
      return applied;
    },
    "support.bundle": async () => ({
      body: await supportBundle(services),
      fileName: `futago-${desk.settings.unit.name}-support.tar.gz`,
    }),
  };
}

/** Only where the settings that come along name them: a backup must not write anywhere else. */
function allowedFiles(settings: Settings, files: Readonly<Record<string, string>>): Record<string, string> {
  const named = new Set(secretPaths(settings));
  return Object.fromEntries(Object.entries(files).filter(([path]) => named.has(path)));
}
