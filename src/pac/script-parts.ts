/**
 * The parts that scripts are put together from: ECMAScript 3 in ASCII, no function of a browser's own but the
 * two that resolve names. Browsers differ in those (dnsDomainIs("badexample.com", "example.com") is true, isInNet
 * asks the DNS, shExpMatch is a regular expression in some), and none of them in these.
 *
 * Each has a twin in TypeScript: host-rule.ts, policy/ip-address.ts, caching/shell-pattern.ts, rendezvous.ts. The
 * differential test holds them together in four engines.
 */

/** As `askedHost`. */
export const HOST_PART = `function futagoName(host) {
  var name = String(host).toLowerCase();
  if (name.charAt(0) == "[" && name.charAt(name.length - 1) == "]") name = name.substring(1, name.length - 1);
  if (name.length > 1 && name.charAt(name.length - 1) == ".") name = name.substring(0, name.length - 1);
  return name;
}
`;

/** Whether `name` is `domain` or below it. */
export const SUFFIX_PART = `function futagoBelow(name, domain) {
  var start = name.length - domain.length;
  if (start === 0) return name == domain;
  return start > 0 && name.charAt(start - 1) == "." && name.substring(start) == domain;
}
`;

/** As `shellPattern`. */
export const PATTERN_PART = `function futagoLike(text, pattern) {
  var at = 0, inPattern = 0, starAt = -1, resumeAt = 0, c;
  while (at < text.length) {
    c = pattern.charAt(inPattern);
    if (c == "*") {
      starAt = inPattern;
      resumeAt = at;
      inPattern++;
    } else if (c !== "" && (c == "?" || c == text.charAt(at))) {
      at++;
      inPattern++;
    } else if (starAt >= 0) {
      inPattern = starAt + 1;
      resumeAt++;
      at = resumeAt;
    } else return false;
  }
  while (pattern.charAt(inPattern) == "*") inPattern++;
  return inPattern == pattern.length;
}
`;

/** As `parseIpAddress` with `unmapped`: an address as 16-bit groups, two or eight, or null; and `contains`. */
export const NETWORK_PART = `function futagoFour(text) {
  var match = /^(0|[1-9][0-9]?[0-9]?)[.](0|[1-9][0-9]?[0-9]?)[.](0|[1-9][0-9]?[0-9]?)[.](0|[1-9][0-9]?[0-9]?)$/.exec(text), i;
  if (!match) return null;
  for (i = 1; i < 5; i++) if (Number(match[i]) > 255) return null;
  return [Number(match[1]) * 256 + Number(match[2]), Number(match[3]) * 256 + Number(match[4])];
}
function futagoGroups(text, mayEndInFour) {
  var groups = [], parts, i, four;
  if (text === "") return groups;
  parts = text.split(":");
  for (i = 0; i < parts.length; i++) {
    if (/^[0-9a-f]{1,4}$/.test(parts[i])) {
      groups.push(parseInt(parts[i], 16));
      continue;
    }
    four = mayEndInFour && i == parts.length - 1 ? futagoFour(parts[i]) : null;
    if (four === null) return null;
    groups.push(four[0], four[1]);
  }
  return groups;
}
function futagoAddress(text) {
  var sides, head, tail, count, i;
  if (text.length > 45) return null;
  if (text.indexOf(":") < 0) return futagoFour(text);
  sides = text.split("::");
  if (sides.length > 2) return null;
  head = futagoGroups(sides[0], sides.length == 1);
  tail = sides.length == 1 ? [] : futagoGroups(sides[1], true);
  if (head === null || tail === null) return null;
  count = head.length + tail.length;
  if (sides.length == 1 ? count != 8 : count >= 8) return null;
  for (i = count; i < 8; i++) head.push(0);
  head = head.concat(tail);
  for (i = 0; i < 5; i++) if (head[i] !== 0) return head;
  return head[5] == 65535 ? [head[6], head[7]] : head;
}
function futagoWithin(address, network, bits) {
  var i, left, shift;
  if (address === null || address.length != network.length) return false;
  for (i = 0; i < address.length; i++) {
    left = bits - 16 * i;
    if (left <= 0) return true;
    shift = left >= 16 ? 0 : 16 - left;
    if (address[i] >> shift != network[i] >> shift) return false;
  }
  return true;
}
`;

/** The addresses of a name: all of them for FindProxyForURLEx where the browser has dnsResolveEx. */
export const RESOLVE_PART = `function futagoResolve(name, isEx) {
  var texts, addresses = [], i;
  if (isEx && typeof dnsResolveEx != "undefined") texts = String(dnsResolveEx(name) || "").split(";");
  else texts = [String(dnsResolve(name) || "")];
  for (i = 0; i < texts.length; i++) addresses.push(futagoAddress(texts[i].toLowerCase()));
  return addresses;
}
`;

/** As `hash32`, `weightedScore` and the order by them; ECMAScript 3 has no Math.imul. */
export const BALANCE_PART = `function futagoTimes(a, b) {
  return ((a & 65535) * b + ((((a >>> 16) * (b & 65535)) & 65535) << 16)) | 0;
}
function futagoHash(text) {
  var hash = -2128831035, i;
  for (i = 0; i < text.length; i++) hash = futagoTimes(hash ^ text.charCodeAt(i), 16777619);
  hash = futagoTimes(hash ^ (hash >>> 16), 2246822507);
  hash = futagoTimes(hash ^ (hash >>> 13), 3266489909);
  return (hash ^ (hash >>> 16)) >>> 0;
}
function futagoBalanced(name) {
  var order = [], i, at, score, text = "";
  for (i = 0; i < futagoProxies.length; i++) {
    score = futagoProxies[i][2] / -Math.log((futagoHash(name + "|" + futagoProxies[i][1]) + 0.5) / 4294967296);
    at = order.length;
    while (at > 0 && order[at - 1][0] < score) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = [score, futagoProxies[i][0]];
  }
  for (i = 0; i < order.length; i++) text += (i > 0 ? "; " : "") + order[i][1];
  return text;
}
`;
