import t from "tap";
import { PopularLines } from "#http1/popular-lines.ts";
import { parseRequestLine, type RequestLine } from "#http1/request-line.ts";

const lineOf = (number: number): string => `GET http://a.example/picture/${number} HTTP/1.1`;

/** How often each line was read, and not found. */
class Reader {
  readonly lines = new PopularLines();
  reads = 0;
  readonly #read = (text: string): RequestLine | "bad" => {
    this.reads += 1;
    const line = parseRequestLine(text);
    return typeof line === "string" ? "bad" : line;
  };

  read(text: string): RequestLine | "bad" {
    return this.lines.read(text, this.#read);
  }
}

t.test("a line that comes again and again is read a few times only", async (t) => {
  const reader = new Reader();
  for (let time = 0; time < 1_000; time += 1) {
    const line = reader.read(lineOf(1));
    t.match(line, { method: "GET", rawTarget: "http://a.example/picture/1", minorVersion: 1 });
  }
  t.ok(reader.reads <= 8, `${reader.reads} reads`);
});

t.test("popular lines stay known beside many that come once", async (t) => {
  const reader = new Reader();
  let popular = 0;
  for (let time = 0; time < 20_000; time += 1) {
    reader.read(lineOf(1_000 + time));
    const before = reader.reads;
    reader.read(lineOf(time % 50));
    if (reader.reads === before) popular += 1;
  }
  t.ok(popular > 16_000, `${popular} of 20,000 were found`);
});

t.test("lines that share a place are never taken for each other", async (t) => {
  const reader = new Reader();
  for (let round = 0; round < 3; round += 1)
    for (let number = 0; number < 5_000; number += 1)
      if (reader.read(lineOf(number)) !== "bad")
        t.match(reader.read(lineOf(number)), { rawTarget: `http://a.example/picture/${number}` });
});

t.test("what is wrong, very short or very long is read each time", async (t) => {
  const long = `GET http://a.example/${"x".repeat(600)} HTTP/1.1`;
  for (const text of ["GET / HTTP/1.1", long, "GET http://a.example/with a space HTTP/1.1", ""]) {
    const reader = new Reader();
    for (let time = 0; time < 20; time += 1) reader.read(text);
    t.equal(reader.reads, 20, text.slice(0, 50));
  }
});
