/** The status for people. */
export function formatStatus(answer: unknown): string {
  return JSON.stringify(answer, null, 2);
}
