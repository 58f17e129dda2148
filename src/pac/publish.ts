/** How browsers are told where the script is: texts to copy into a DHCP server or a name server. */
import { formatIpAddress, type IpAddress, parseIpAddress } from "#policy/ip-address.ts";
import type { Settings } from "#settings/schema.ts";

export interface Snippet {
  readonly title: string;
  readonly text: string;
}

export interface PublishFacts {
  /** What option 252 says, such as http://192.0.2.100/wpad.dat. */
  readonly url: string;
  /** The address that `wpad` should resolve to. */
  readonly address: IpAddress;
}

/** Where the script is, by the settings: the first floating address, else the first address that is listened on. */
export function publishFacts({ wpad, redundancy }: Settings): PublishFacts | null {
  const floating = redundancy.enabled ? redundancy.floatingAddresses.map(({ address }) => address) : [];
  const listening = wpad.listen
    .map(({ address }) => address)
    .filter((text) => text !== "0.0.0.0" && text !== "::");
  const proxies = wpad.proxies.filter(({ unit }) => unit === "this").map(({ host }) => host);
  const address = [...floating, ...listening, ...proxies].map(parseIpAddress).find((each) => each !== null);
  if (address === undefined || address === null) return null;
  const port = wpad.listen[0]?.port ?? 80;
  const host = address.family === 6 ? `[${formatIpAddress(address)}]` : formatIpAddress(address);
  return { url: `http://${host}${port === 80 ? "" : `:${port}`}/wpad.dat`, address };
}

/** The snippets for a domain of clients, such as example.com. */
export function publishSnippets({ url, address }: PublishFacts, domain: string): readonly Snippet[] {
  const text = formatIpAddress(address);
  const type = address.family === 4 ? "A" : "AAAA";
  return [
    { title: "DHCP option 252, dnsmasq", text: `dhcp-option=252,"${url}"` },
    {
      title: "DHCP option 252, ISC dhcpd",
      text: `option wpad-url code 252 = text;\noption wpad-url "${url}";`,
    },
    {
      title: "DHCP option 252, Kea",
      text: `{\n  "Dhcp4": {\n    "option-def": [{ "name": "wpad-url", "code": 252, "type": "string" }],\n    "option-data": [{ "name": "wpad-url", "data": "${url}" }]\n  }\n}`,
    },
    {
      title: "DHCP option 252, Windows Server (PowerShell)",
      text: `Add-DhcpServerv4OptionDefinition -Name "WPAD" -OptionId 252 -Type String\nSet-DhcpServerv4OptionValue -OptionId 252 -Value "${url}"`,
    },
    { title: "DNS, dnsmasq", text: `host-record=wpad.${domain},${text}` },
    { title: "DNS, BIND (in the zone of the domain)", text: `wpad  IN  ${type}  ${text}` },
    { title: "DNS, Unbound", text: `local-data: "wpad.${domain}. IN ${type} ${text}"` },
    {
      title: "DNS, Windows Server (PowerShell; its block list has wpad from the start)",
      text: `Add-DnsServerResourceRecord${type} -ZoneName "${domain}" -Name "wpad" -${address.family === 4 ? "IPv4Address" : "IPv6Address"} ${text}\nSet-DnsServerGlobalQueryBlockList -List "isatap"`,
    },
  ];
}
