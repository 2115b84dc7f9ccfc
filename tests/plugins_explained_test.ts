/** Every built-in plugin explains itself: what it is, when to prefer it, and where it comes from. */
import assert from "node:assert/strict";
import { builtins, type Kind, kinds } from "../mod.ts";

/** Kinds whose plugins are methods, which somebody published at a place that can be named. */
const methods: readonly Kind[] = ["schedule", "parametrization", "loss", "optimizer", "ema", "sampler"];
/** What nobody published. */
const ours = new Set(["backend/auto", "dataset/image-folder"]);

for (const kind of Object.keys(kinds) as Kind[]) {
  Deno.test(`every built-in ${kind} says what it is, when to prefer it, and where it comes from`, async () => {
    for (const name of builtins.names(kind)) {
      const id = `${kind}/${name}`;
      const { summary, prefer, source } = (await builtins.load(kind, name))!;
      for (const [field, text] of Object.entries({ summary, prefer })) {
        assert.ok(text !== undefined && text.length > 15, `${id} has no ${field}`);
        assert.match(text, /^[A-Z\d]/, `${field} of ${id} begins upper case`);
        assert.doesNotMatch(text, /[.!?]$/, `${field} of ${id} ends without a full stop`);
        assert.doesNotMatch(
          text,
          / {2}|\p{L}- (?!and |or )/u,
          `${field} of ${id} is whole where its parts were joined`,
        );
        const sentences = text.split(/[.?!] (?=[A-Z])/).length;
        assert.ok(sentences <= (field === "summary" ? 1 : 2), `${field} of ${id} has ${sentences} sentences`);
        assert.ok(text.length <= 200, `${field} of ${id} has ${text.length} characters`);
      }
      assert.notEqual(prefer, summary);
      if (ours.has(id)) continue;
      assert.ok(source !== undefined, `${id} has no source`);
      if (!methods.includes(kind)) continue;
      const place =
        /\beq\. \d|section \w|alg\w*\.? \d|appendix|table \d|\d{4}\b.*arXiv|k-diffusion|keras|Keras|diffusers/;
      assert.match(source, place, `${id} names no paper with its equation, and no code`);
    }
  });
}
