import t from "tap";
import { BYTE_CLASS, BYTE_CLASSES, isToken } from "#http/token.ts";

t.test("a token is what RFC 9110 section 5.6.2 says", async (t) => {
  const tokens = new Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  for (let byte = 0; byte < 256; byte += 1) {
    const character = String.fromCharCode(byte);
    t.equal(isToken(`a${character}`), tokens.has(character), JSON.stringify(character));
  }
  t.equal(isToken(""), false);
  t.equal(isToken("a\u0161"), false, "beyond latin1");
});

t.test("every byte has one class, and those that a value may hold come last", async (t) => {
  t.equal(BYTE_CLASSES.length, 256);
  for (let byte = 0; byte < 256; byte += 1) {
    const mayBeInValue = byte === 0x09 || (byte >= 0x20 && byte !== 0x7f);
    t.equal((BYTE_CLASSES[byte] as number) >= BYTE_CLASS.blank, mayBeInValue, `byte ${byte}`);
  }
});
