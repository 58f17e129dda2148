import { CLOSE_REASONS, type CloseReason } from "#http/close-reason.ts";
import { FieldList } from "#http/field-list.ts";
import { imfFixdate } from "#http/http-date.ts";
import { proxyStatusValue } from "#http/proxy-status.ts";
import { reasonPhrase } from "#http/status.ts";
import { responseHeadText } from "#http1/serialize.ts";
import type { Wire } from "#transport/wire.ts";

/**
 * Turns a connection away before it has said anything: one short 503 and a close. It costs no state
 * here, so that a flood of connections cannot hold more than the limit allows.
 */
export function refuseConnection(
  wire: Wire,
  reason: CloseReason,
  about: { readonly unit: string; readonly wallMs: number },
): void {
  const fields = new FieldList();
  const row = CLOSE_REASONS[reason];
  const status = row.status === 0 ? 503 : row.status;
  fields.add("Date", imfFixdate(about.wallMs));
  fields.add("Proxy-Status", proxyStatusValue({ unit: about.unit, reason }));
  fields.add("Retry-After", "5");
  fields.add("Content-Length", "0");
  fields.add("Connection", "close");
  wire.handler = {
    onData: () => true,
    onEnd: () => wire.destroy(),
    onDrain: () => {},
    onClose: () => {},
  };
  wire.writeLatin1(responseHeadText(status, reasonPhrase(status), fields));
  wire.end();
  // The answer is in the kernel's buffer of a fresh connection; there is nothing to wait for.
  if (wire.unsentBytes === 0) wire.destroy();
}
