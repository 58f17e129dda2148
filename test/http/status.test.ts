import { STATUS_CODES } from "node:http";
import t from "tap";
import { CLOSE_REASONS } from "#http/close-reason.ts";
import { reasonPhrase } from "#http/status.ts";

/** Node keeps phrases of RFCs that RFC 9110 replaced, and codes that are no longer registered. */
const RENAMED_OR_GONE = new Set(["302", "305", "413", "418", "422", "425", "509", "510"]);

t.test("phrases are the registered ones", async (t) => {
  for (const [code, phrase] of Object.entries(STATUS_CODES)) {
    if (!RENAMED_OR_GONE.has(code)) t.equal(reasonPhrase(Number(code)), phrase, code);
  }
  t.equal(reasonPhrase(413), "Content Too Large");
  t.equal(reasonPhrase(599), "", "an unknown code has none");
});

t.test("every status that this product answers with has a phrase", async (t) => {
  for (const [code, { status }] of Object.entries(CLOSE_REASONS)) {
    if (status !== 0) t.not(reasonPhrase(status), "", code);
  }
});
