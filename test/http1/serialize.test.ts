import t from "tap";
import { FieldList } from "#http/field-list.ts";
import {
  CHUNK_END,
  chunkSizeLine,
  fieldLinesText,
  LAST_CHUNK,
  lastChunkText,
  requestHeadText,
  responseHeadText,
} from "#http1/serialize.ts";
import { requestEvents, responseEvents } from "./event-log.ts";

const fieldsOf = (...pairs: readonly (readonly [string, string])[]): FieldList => {
  const fields = new FieldList();
  for (const [name, value] of pairs) fields.add(name, value);
  return fields;
};

t.test("heads are written as RFC 9112 says", async (t) => {
  const fields = fieldsOf(["Host", "a"], ["x-Y", "b c\t\xe4"], ["Empty", ""]);
  t.equal(fieldLinesText(fields), "Host: a\r\nx-Y: b c\t\xe4\r\nEmpty: \r\n");
  t.equal(requestHeadText("GET", "/x", fieldsOf(["Host", "a"])), "GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  t.equal(responseHeadText(200, "OK", fieldsOf(["A", "b"])), "HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
  t.equal(responseHeadText(599, "", fieldsOf()), "HTTP/1.1 599 \r\n\r\n");
});

t.test("nothing that would end a line can be written", async (t) => {
  for (const bad of ["a\rb", "a\nb", "a\0b", "a\x7fb", "a\u010ab", "\ud800"]) {
    t.throws(() => fieldLinesText(fieldsOf(["X", bad])), /invariant/, JSON.stringify(bad));
    t.throws(() => fieldLinesText(fieldsOf([bad, "x"])), /invariant/);
    t.throws(() => requestHeadText("GET", bad, fieldsOf()), /invariant/);
    t.throws(() => requestHeadText(bad, "/", fieldsOf()), /invariant/);
    t.throws(() => responseHeadText(200, bad, fieldsOf()), /invariant/);
  }
});

t.test("chunks that are written are read again", async (t) => {
  t.equal(chunkSizeLine(255), "ff\r\n");
  t.throws(() => chunkSizeLine(0), /invariant/, "an empty chunk would be the last");
  t.equal(lastChunkText(null), LAST_CHUNK);
  const body = `${chunkSizeLine(20)}${"x".repeat(20)}${CHUNK_END}${lastChunkText(fieldsOf(["X-Sum", "1"]))}`;
  const request =
    requestHeadText("POST", "/", fieldsOf(["Host", "a"], ["Transfer-Encoding", "chunked"])) + body;
  const expected = [`body ${"x".repeat(20)}`, "trailer X-Sum: 1", "end"];
  t.strictSame(requestEvents([Buffer.from(request)]).slice(-3), expected);
  const response = responseHeadText(200, "OK", fieldsOf(["Transfer-Encoding", "chunked"])) + body;
  t.strictSame(
    responseEvents([Buffer.from(response)], { methods: ["GET"], closes: false }).slice(-3),
    expected,
  );
});
