/** Shows what an endpoint answered, or why it did not: never waits without an end. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ANSWER_LIMIT_MS, type Trouble } from "#console/ui/api/client.ts";
import { troubleText } from "#console/ui/api/trouble.ts";
import type { Answered } from "#console/ui/api/use-answer.ts";
import { language, say } from "#console/ui/i18n/language.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";
import { Age } from "./time.tsx";

/** A page that is there at once shows no word of waiting. */
const QUIET_MS = 300;

interface AnswerProps<T> {
  readonly of: Answered<T>;
  readonly children: (answer: T) => ComponentChildren;
}

export function Answer<T>({ of, children }: AnswerProps<T>) {
  const { answer, trouble, at, reload } = of;
  if (answer === null && trouble === null) return <Waiting />;
  return (
    <div class="stack">
      {trouble === null ? null : (
        <Notice tone={answer === null ? "fault" : "caution"} urgent>
          <p>
            {troubleText(trouble, language.value)}{" "}
            {answer === null ? null : (
              <>
                {say(["表示は最後に届いたものです: ", "What is shown is the last that came: "])}
                <Age at={at} />
              </>
            )}
          </p>
          <Button small onPress={reload}>
            {say(["もう一度読み込む", "Try again"])}
          </Button>
        </Notice>
      )}
      {answer === null ? null : children(answer)}
    </div>
  );
}

/** Ends by itself: the request behind it has a limit. */
export function Waiting() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p class="soft waiting" role="status">
      {shown
        ? say(["読み込んでいます（最長 {limit} 秒）…", "Loading (at most {limit} s) …"], {
            limit: ANSWER_LIMIT_MS / 1_000,
          })
        : ""}
    </p>
  );
}

/** A failure of something that was pressed. */
export function TroubleNotice({ trouble }: { readonly trouble: Trouble | null }) {
  if (trouble === null) return null;
  return (
    <Notice tone="fault" urgent>
      {troubleText(trouble, language.value)}
    </Notice>
  );
}
