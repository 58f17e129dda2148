/** Answers of a pure function that are kept; when there are this many, all are dropped. */
const ANSWERS_MAX = 4_096;

/**
 * The same function with its answers remembered: for checks whose arguments repeat, such as the address
 * of a client on every request. The memory is bounded, and a caller with new rules makes a new function.
 */
export function remember<A extends string, R>(compute: (argument: A) => R): (argument: A) => R {
  const answers = new Map<A, { readonly answer: R }>();
  return (argument) => {
    const known = answers.get(argument);
    if (known !== undefined) return known.answer;
    const answer = compute(argument);
    if (answers.size >= ANSWERS_MAX) answers.clear();
    answers.set(argument, { answer });
    return answer;
  };
}
