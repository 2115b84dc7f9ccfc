/** Loads the libraries that its arguments name as plugins, and prints what each attempt says, a line of JSON each. */
import { openApi } from "../pjrt/api.ts";

for (const path of Deno.args) {
  let said = "loaded";
  try {
    openApi(path);
  } catch (error) {
    said = (error as Error).message;
  }
  console.log(JSON.stringify(said));
}
