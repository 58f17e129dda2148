/** The certificate that the console makes: read by others, and spoken with. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import t from "tap";
import { makeSelfSigned } from "#console/server/self-signed.ts";

void t.test("a self-signed certificate holds for its names and addresses", async (t) => {
  const now = Date.now();
  const names = ["futago.example", "localhost", "127.0.0.1", "2001:db8::1"];
  const { key, certificate } = makeSelfSigned("tokyo-1", names, now);
  const parsed = new X509Certificate(certificate);
  t.ok(parsed.checkPrivateKey(createPrivateKey(key)));
  t.ok(parsed.verify(parsed.publicKey), "signed by itself");
  t.equal(parsed.ca, false);
  t.match(parsed.subject, /CN=tokyo-1/);
  t.equal(parsed.checkHost("futago.example"), "futago.example");
  t.equal(parsed.checkHost("other.example"), undefined);
  t.equal(parsed.checkIP("127.0.0.1"), "127.0.0.1");
  t.equal(parsed.checkIP("2001:db8::1"), "2001:db8::1");
  t.ok(Date.parse(parsed.validFrom) < now && Date.parse(parsed.validTo) > now + 700 * 86_400_000);
  t.not(makeSelfSigned("tokyo-1", names, now).certificate, certificate, "a key of its own each time");
});

void t.test("a client that trusts it speaks TLS with it, and checks its name", async (t) => {
  const { key, certificate } = makeSelfSigned("unit", ["localhost"], Date.now());
  const server = createServer({ key, cert: certificate, minVersion: "TLSv1.3" }, (socket) =>
    socket.end("hello"),
  );
  t.teardown(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca: certificate });
  const [data] = (await once(socket, "data")) as [Buffer];
  t.equal(data.toString(), "hello");
  t.equal(socket.authorized, true);
  const wrong = connect({ port, host: "127.0.0.1", servername: "elsewhere.example", ca: certificate });
  const [error] = (await once(wrong, "error")) as [NodeJS.ErrnoException];
  t.equal(error.code, "ERR_TLS_CERT_ALTNAME_INVALID");
});
