/** Why a program cannot listen. `text` says what to do about it. */
export interface ListenFailure {
  readonly code: string;
  readonly text: string;
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there; stop it or choose another port",
  EACCES: "this user may not use that port; choose one from 1024 up or grant CAP_NET_BIND_SERVICE",
  EADDRNOTAVAIL: "this machine does not have that address; listen on one that it has, or on 0.0.0.0 or ::",
  EAFNOSUPPORT: "this machine has no such address family; IPv6 may be turned off",
  EMFILE: "too many files are open; raise the limit of open files",
};

/** The failure for the system's code at an address and port. */
export const listenFailure = (code: string, address: string, port: number): ListenFailure => ({
  code,
  text: `cannot listen on ${address} port ${port}: ${ADVICE[code] ?? "the system refuses it"} (${code})`,
});
