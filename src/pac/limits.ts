/** The bounds of scripts, each with who feels it. */

/** Some readers take no script of 64 KiB or more, without a word; ours stay below. */
export const SCRIPT_BYTES_MAX = 65_535;

/** A file that is linted; longer ones are no scripts that any browser would take. */
export const LINT_BYTES_MAX = 1024 * 1024;

/** Findings of one kind that a lint tells of one file; more say nothing new. */
export const FINDINGS_PER_RULE_MAX = 5;
