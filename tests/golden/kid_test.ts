/** Golden KID and InceptionV3: they wait for the metric `kid`. */
import { golden } from "./golden.ts";
import { builtin, understandTopic } from "./harness.ts";
import { Ledger } from "./ledger.ts";

const topic = golden("kid");

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  understandTopic(topic, ["formula", "kernel", "inception"], ["inception_weights"]);
  Deno.test("golden kid: every tensor is settled", async () => {
    if (await builtin("metric", "kid") !== undefined) throw new Error('This test has to learn how to run "metric/kid"');
    for (const { name } of topic.tensors) {
      ledger.pend(
        name,
        /^(inception|images|repo-head\/prepared)/.test(name) ? "InceptionV3 of metric kid" : "metric kid",
      );
    }
    ledger.close();
  });
}
