/** Audit log, certificate, package, and this API's description. */
import type { HandlersOf } from "#console/server/handler.ts";
import { openApiDocument } from "#console/server/open-api.ts";
import type { Component, Services } from "#console/server/services.ts";

type Names =
  | "audit.list"
  | "audit.verify"
  | "certificate.read"
  | "certificate.replace"
  | "certificate.generate"
  | "package.read"
  | "package.components"
  | "openapi.read";

const AUDIT_LIMIT = 50;

export function upkeepRoutes(services: Services): HandlersOf<Names> {
  const { audit, certificates, listeners, appliance } = services;
  const description = JSON.stringify(openApiDocument(appliance.version));
  const certificate = () => ({ certificate: listeners.isSecure ? certificates.certificate : null });
  return {
    "audit.list": ({ query }) => audit.page(query.before ?? null, query.limit ?? AUDIT_LIMIT),
    "audit.verify": async () => {
      const { rows, brokenAt } = await audit.verify();
      return { rows, brokenAt, intact: brokenAt === null };
    },
    "certificate.read": certificate,
    "certificate.replace": async ({ body, note }) => {
      await certificates.replace(body);
      note(certificates.certificate.fingerprint);
      return certificate();
    },
    "certificate.generate": async ({ body, note }) => {
      await certificates.generate(body.names);
      note(certificates.certificate.fingerprint);
      return certificate();
    },
    "package.read": () => ({
      name: "Futago",
      version: appliance.version,
      runtime: `Node.js ${process.versions.node}`,
      licence: "Apache-2.0",
      licences: appliance.components().map((each) => ({ ...each })),
    }),
    "package.components": () => ({
      body: JSON.stringify(billOfMaterials(appliance.version, appliance.components()), null, 2),
      fileName: `futago-${appliance.version}.cdx.json`,
    }),
    "openapi.read": () => ({ body: description }),
  };
}

/** CycloneDX 1.6. */
function billOfMaterials(version: string, components: readonly Component[]): object {
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "firmware", name: "futago", version } },
    components: [
      {
        type: "platform",
        name: "node",
        version: process.versions.node,
        purl: `pkg:generic/node@${process.versions.node}`,
      },
      ...components.map(({ name, version: of, licence }) => ({
        type: "library",
        name,
        version: of,
        purl: `pkg:npm/${name.replace("@", "%40")}@${of}`,
        licenses: [{ license: /^[\w.+-]+$/.test(licence) ? { id: licence } : { name: licence } }],
      })),
    ],
  };
}
