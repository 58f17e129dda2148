/** Small pictures of 16 × 16, drawn in the colour of the words beside them. */
const PATHS = {
  active:
    "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.3 5.2-4 4a.8.8 0 0 1-1.1 0L4.6 8.6l1.1-1.1 1 1 3.5-3.4 1.1 1.1Z",
  standby:
    "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.6a5.4 5.4 0 1 1 0 10.8A5.4 5.4 0 0 1 8 2.6ZM5.8 5.2h1.5v5.6H5.8V5.2Zm2.9 0h1.5v5.6H8.7V5.2Z",
  caution: "M8 1.2 15.4 14H.6L8 1.2Zm-.8 4.6.2 4.4h1.2l.2-4.4H7.2Zm.8 5.2a.9.9 0 1 0 0 1.8.9.9 0 0 0 0-1.8Z",
  fault:
    "M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1L5.1 1Zm.6 3.6L4.6 5.7 6.9 8l-2.3 2.3 1.1 1.1L8 9.1l2.3 2.3 1.1-1.1L9.1 8l2.3-2.3-1.1-1.1L8 6.9 5.7 4.6Z",
  unknown:
    "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.6a5.4 5.4 0 1 1 0 10.8A5.4 5.4 0 0 1 8 2.6Zm0 1.6c-1.5 0-2.5.9-2.5 2.3H7c0-.6.4-1 1-1s1 .4 1 .9c0 .5-.3.7-.8 1.1-.6.5-1 .9-1 1.9h1.5c0-.5.3-.7.8-1.1.6-.5 1-1 1-1.9 0-1.3-1-2.2-2.5-2.2Zm-.8 6h1.6v1.5H7.2v-1.5Z",
  menu: "M1 3h14v1.6H1V3Zm0 4.2h14v1.6H1V7.2Zm0 4.2h14V13H1v-1.6Z",
  copy: "M5 1h9v10h-2.5v3.5H2v-10h3V1Zm1.5 1.5v2h5v5h1v-7h-6Zm-3 3.5v7H10V6H3.5Z",
  close: "M3.1 2 8 6.9 12.9 2 14 3.1 9.1 8l4.9 4.9-1.1 1.1L8 9.1 3.1 14 2 12.9 6.9 8 2 3.1 3.1 2Z",
  up: "M8 4 14 12H2L8 4Z",
  down: "M8 12 2 4h12L8 12Z",
} as const;

export type IconName = keyof typeof PATHS;

/** Never the only bearer of what it means: words stand beside it, or a label on what it is in. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" fill="currentColor">
      <path fill-rule="evenodd" d={PATHS[name]} />
    </svg>
  );
}
