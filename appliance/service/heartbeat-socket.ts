/** The control socket of the heartbeat process, within the state folder. */
export const HEARTBEAT_SOCKET = "heartbeat.sock";
