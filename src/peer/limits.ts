/** The bounds of the heartbeat's transport. */

/** Datagrams that wait to be sent: at 20 ms one second's worth on two paths; then the oldest news is no use. */
export const SENDING_MAX = 100;

/** Datagrams that are decoded in one second; more are no heartbeats. A forged one costs 10 µs. */
export const RECEIVED_PER_SECOND_MAX = 5_000;
