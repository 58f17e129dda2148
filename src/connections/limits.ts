/** The bounds of what two units tell each other of their clients' connections. */

/** Of one report, with its head and its MAC: it fits one frame of every network, also over IPv6. */
export const REPORT_BYTES_MAX = 1_200;

/** Connections of one page, what head and MAC leave: 92 over IPv4, 30 over IPv6, or a mixture. */
export const PAGE_BYTES_MAX = 1_112;

/** Pages of one unit: about 94,000 connections over IPv4. More connections are counted, and not told. */
export const PAGES_MAX = 1_024;

/** Reports in one go: what changed first. A receiver's buffer has room for about 90. */
export const REPORTS_AT_ONCE_MAX = 32;

/** Of those as many say again what has not changed, since it may have been lost: 10,000 connections in 3 s. */
export const REFRESHED_AT_ONCE = 4;
