const MAPPED_IPV4 = "::ffff:";

/** A dual-stack listener reports IPv4 clients in mapped form; rules and logs know them as IPv4. */
export const unmappedText = (address: string): string =>
  address.startsWith(MAPPED_IPV4) && address.includes(".") ? address.slice(MAPPED_IPV4.length) : address;
