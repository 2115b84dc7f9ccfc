/** Torture: processes that end in every way while XLA is loaded, compiles, computes or saves. */
import { endings, faultOf } from "../../lib/xla/leaving_cases.ts";
import { backendStates as engineStates } from "../../lib/xla/backend/leaving_states.ts";
import { pjrtStates as pluginStates } from "../../lib/xla/pjrt/leaving_states.ts";
import { pluginForTests } from "../../lib/xla/testing.ts";
import type { Fault, Torture } from "./types.ts";

const modules = [
  { states: pluginStates, module: new URL("../../lib/xla/pjrt/leaving_states.ts", import.meta.url) },
  { states: engineStates, module: new URL("../../lib/xla/backend/leaving_states.ts", import.meta.url) },
];

/** Each state with each way of ending. Trials take them in turn: the moment within a state is another each time. */
const cases = modules.flatMap(({ states, module }) =>
  Object.keys(states).flatMap((state) => endings.map((ending) => ({ module, state, ending })))
);

/** Shares no divisor with the number of cases, so that a few trials see states and endings of all kinds. */
const stride = 89;

const torture: Torture = {
  name: "endings",
  summary: "processes that end while XLA works: the right exit code or signal, no crash, no output lost",
  trials: { short: 24, default: 1200, hour: 7000 },
  async run({ first = 0, trials, signal, progress }) {
    const plugin = pluginForTests();
    if (plugin === undefined) return { trials: 0, faults: [], figures: { "not done": "no PJRT plugin is installed" } };
    const faults: Fault[] = [];
    let [next, done] = [first, 0];
    const work = async () => {
      while (next < first + trials && !signal.aborted) {
        const trial = next++;
        const fault = await faultOf(cases[(trial * stride) % cases.length]!.module, {
          plugin,
          ...cases[(trial * stride) % cases.length]!,
        });
        if (fault !== undefined) faults.push({ trial, what: fault });
        progress(++done, trials);
      }
    };
    await Promise.all([work(), work()]);
    faults.sort((a, b) => a.trial - b.trial);
    const crashes = faults.filter(({ what }) => /ended with SIG/.test(what)).length;
    return { trials: done, faults, figures: { "states × endings": cases.length, crashes } };
  },
};

export default torture;
