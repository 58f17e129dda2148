/** The console in the browser: reads who is signed in, then draws. */
import { render } from "preact";
import { readSession } from "#console/ui/api/session.ts";
import { language, setLanguage } from "#console/ui/i18n/language.ts";
import { App } from "#console/ui/shell/app.tsx";

setLanguage(language.value);
const place = document.getElementById("console");
if (place !== null) render(<App />, place);
void readSession();
