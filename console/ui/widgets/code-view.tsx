/** A longer text as it is, in a frame that can be scrolled by keyboard. */
export function CodeView({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <section class="script" tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  );
}
