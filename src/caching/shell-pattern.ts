/**
 * A matcher for a shell pattern. By hand and not as a regular expression: the time is bounded by the product
 * of both lengths whatever the pattern.
 */
export function shellPattern(pattern: string): (text: string) => boolean {
  return (text) => {
    let at = 0;
    let inPattern = 0;
    let starAt = -1;
    let resumeAt = 0;
    while (at < text.length) {
      const char = pattern[inPattern];
      if (char === "*") {
        starAt = inPattern;
        resumeAt = at;
        inPattern += 1;
      } else if (char !== undefined && (char === "?" || char === text[at])) {
        at += 1;
        inPattern += 1;
      } else if (starAt !== -1) {
        inPattern = starAt + 1;
        resumeAt += 1;
        at = resumeAt;
      } else return false;
    }
    while (pattern[inPattern] === "*") inPattern += 1;
    return inPattern === pattern.length;
  };
}
