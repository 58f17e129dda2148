/**
 * What browsers give to proxy scripts, for scripts that are not ours. Those of the time always say yes: what a
 * lint asks is whether a script runs, not what the hour is.
 */
export const BROWSER_FUNCTIONS = `
function isPlainHostName(host) { return host.indexOf(".") < 0 && host.indexOf(":") < 0; }
function dnsDomainIs(host, domain) {
  return host.length >= domain.length && host.substring(host.length - domain.length) === domain;
}
function dnsDomainLevels(host) { return host.split(".").length - 1; }
function localHostOrDomainIs(host, domain) { return host === domain || domain.indexOf(host + ".") === 0; }
function dnsResolveEx(host) { return futagoResolveAll(host); }
function dnsResolve(host) {
  if (/^[0-9.]+$/.test(host)) return host;
  return futagoResolveAll(host).split(";")[0] || null;
}
function isResolvable(host) { return dnsResolve(host) !== null; }
function isResolvableEx(host) { return futagoResolveAll(host) !== ""; }
function convert_addr(text) {
  var parts = String(text).split(".");
  return ((parts[0] & 255) << 24) | ((parts[1] & 255) << 16) | ((parts[2] & 255) << 8) | (parts[3] & 255);
}
function isInNet(host, network, mask) {
  var address = dnsResolve(host);
  return address !== null && (convert_addr(address) & convert_addr(mask)) === (convert_addr(network) & convert_addr(mask));
}
function isInNetEx() { return false; }
function sortIpAddressList(list) { return list; }
function myIpAddressEx() { return myIpAddress(); }
function shExpMatch(text, pattern) {
  var source = String(pattern).replace(/[.+^\${}()|[\\]\\\\]/g, "\\\\$&").replace(/\\*/g, ".*").replace(/\\?/g, ".");
  return new RegExp("^" + source + "$").test(text);
}
function weekdayRange() { return true; }
function dateRange() { return true; }
function timeRange() { return true; }
function alert() {}
`;
