/** The bounds of the heartbeat's transport. */

/** Datagrams that wait to be sent: at 20 ms one second's worth of two elections on two paths; older news is no use. */
export const SENDING_MAX = 200;

/** Reports that wait to be sent: five goes of one election on two paths. What is left out comes again. */
export const REPORTS_SENDING_MAX = 320;

/** Reports that are decoded in one second: what a unit sends of two elections on two paths. A forged one costs 10 µs. */
export const REPORTS_PER_SECOND_MAX = 7_000;

/** Datagrams that are decoded in one second; more are no heartbeats. A forged one costs 10 µs. */
export const RECEIVED_PER_SECOND_MAX = 5_000;
