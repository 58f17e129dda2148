/** What is done to the kernel's network, as a port: tests put another in its place. */
import type { Outcome } from "#base/outcome.ts";
import {
  type AddressChange,
  addAddress,
  type Link,
  type RouteChange,
  type RouteFacts,
  readLinks,
  readRoutes,
  removeAddress,
  removeRoute,
  replaceRoute,
  setMtu,
} from "./ip-command.ts";

type Done = Promise<Outcome<unknown, string>>;

export interface IpPort {
  readonly links: () => Promise<Outcome<readonly Link[], string>>;
  readonly routes: (family: "ipv4" | "ipv6") => Promise<Outcome<readonly RouteFacts[], string>>;
  readonly addAddress: (change: AddressChange) => Done;
  readonly removeAddress: (change: AddressChange) => Done;
  readonly setMtu: (link: string, mtu: number) => Done;
  readonly replaceRoute: (route: RouteChange) => Done;
  readonly removeRoute: (route: RouteChange) => Done;
}

/** The machine's own. */
export const kernelIp: IpPort = {
  links: readLinks,
  routes: readRoutes,
  addAddress,
  removeAddress,
  setMtu,
  replaceRoute,
  removeRoute,
};
