/** Where a message goes: a host and a port, as RFC 3986 section 3.2 and RFC 9110 section 4.2 write them. */
export interface Authority {
  /** A registered name or IPv4 address in lower case as written, or an IPv6 address without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}
