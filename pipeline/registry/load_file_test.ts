/** Tests of load_file.ts: what is wrong with a plugin file is said at its own line. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { kinds } from "../kinds/mod.ts";
import { DenoiseError, type Problem } from "../problems/problem.ts";
import { loadPluginFile, pluginFile } from "./load_file.ts";

const good = (name: string, extra = "") =>
  `import { plugin, z } from "denoise/plugin";
export default plugin({
  kind: "augmentation",
  name: "${name}",
  summary: "Does nothing",
  options: z.object({}),${extra}
  create: () => ({ shape: (input) => input, apply: (images) => images }),
});
`;

async function inFolder(files: Record<string, string>, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "denoise plugins " }));
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The problems that a file of this text is refused with. */
async function problemsOf(text: string): Promise<readonly Problem[]> {
  let problems: readonly Problem[] = [];
  await inFolder({ "my.ts": text }, async (folder) => {
    await assert.rejects(loadPluginFile(join(folder, "my.ts")), (error) => {
      assert(error instanceof DenoiseError, String(error));
      problems = error.problems;
      return true;
    });
    for (const { place } of problems) assert.equal(place?.file, join(folder, "my.ts"));
  });
  return problems;
}

const at = ({ place }: Problem) => `${place?.line}:${place?.column}+${place?.length}`;

Deno.test("loadPluginFile() gives the plugins of a file, exported as default and by name", async () => {
  const second = good("other").replace("export default", "export const other =").replace(/^import.*\n/, "");
  await inFolder({ "my.ts": good("one") + second + "export const helper = 3;\n" }, async (folder) => {
    const plugins = await loadPluginFile(join(folder, "my.ts"));
    assert.deepEqual(plugins.map((plugin) => plugin.name).sort(), ["one", "other"]);
    assert.equal(pluginFile(plugins[0]!), join(folder, "my.ts"));
  });
});

Deno.test("loadPluginFile() takes options of another copy of zod", async () => {
  // What another copy shares with ours is the protocol, not the class.
  const foreign = `const plain = z.object({ amount: z.number().default(2) });
const foreign = { _zod: plain._zod, shape: plain.shape, safeParse: plain.safeParse, extend: plain.extend };\n`;
  const text = good("one").replace("\n", `\n${foreign}`).replace("options: z.object({})", "options: foreign");
  await inFolder({ "my.ts": text }, async (folder) => {
    assert.equal((await loadPluginFile(join(folder, "my.ts"))).length, 1);
  });
});

Deno.test("loadPluginFile() places syntax errors and exceptions in the user's file", async () => {
  const cases: [text: string, place: string, message: RegExp, help?: RegExp][] = [
    ['export default {\n  kind: "x"\n  name: 3,\n};\n', "3:3+4", /: SyntaxError: Expected ',', got 'name'$/],
    [
      "const a: any = undefined;\n\nexport default a.foo;\n",
      "3:18+3",
      /TypeError: Cannot read properties of undefined/,
    ],
    ["function f() {\n  throw new Error('no luck');\n}\nf();\n", "2:9+3", /: no luck$/],
    ['import { x } from "./nope.ts";\nexport default x;\n', "1:19+11", /: Module not found/, /end in \.ts/],
    ['import { x } from "lodash";\nexport default x;\n', "1:19+8", /Import "lodash" not a dep/, /npm:lodash@/],
    [
      "export default tf.add;\n",
      "1:16+2",
      /ReferenceError: tf is not defined/,
      /import \{ tf \} from "denoise\/plugin"/,
    ],
    ['import { zz } from "denoise/plugin";\nexport default zz;\n', "1:10+2", /does not provide an export named 'zz'$/],
    ["throw 'a string';\n", "1:1+5", /: it throws "a string"$/],
  ];
  for (const [text, place, message, help] of cases) {
    const problems = await problemsOf(text);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!.message, message);
    assert.equal(at(problems[0]!), place, text);
    if (help) assert.match(problems[0]!.help.join("\n"), help);
  }
});

Deno.test("loadPluginFile() says all that is wrong with a plugin object, each at its line", async () => {
  const [kind, name, summary, options, needs] = await problemsOf(`
export default {
  kind: "smapler",
  name: "My Sampler",
  options: { steps: 3 },
  needs: ["shedule"],
  create: () => ({}),
};
`);
  assert.equal(kind!.message, 'Unknown plugin kind "smapler"');
  assert.equal(kind!.help[0], "did you mean sampler? Kinds: " + Object.keys(kinds).sort().join(", "));
  assert.equal(at(kind!), "3:9+9");
  assert.match(name!.help[0]!, /such as "my-sampler"$/);
  assert.equal(at(name!), "4:9+12");
  assert.equal(summary!.message, 'Cannot use plugin smapler/My Sampler without "summary"');
  assert.equal(at(options!), "5:3+7");
  assert.equal(needs!.message, 'Cannot supply "shedule", which plugin smapler/My Sampler needs');
  assert.match(needs!.help[0]!, /^did you mean schedule\? A plugin can need: augment, batchSize, image, /);
  assert.equal(at(needs!), "6:11+9");
});

Deno.test("loadPluginFile() says when a file exports no plugin", async () => {
  const [problem] = await problemsOf("export const a = 1;\n");
  assert.equal(problem!.code, "plugin-not-exported");
});

Deno.test("loadPluginFile() names the file that was probably meant", async () => {
  await inFolder({ "my-sampler.ts": good("one") }, async (folder) => {
    await assert.rejects(loadPluginFile(join(folder, "my_samplr.ts")), (error) => {
      assert(error instanceof DenoiseError);
      assert.equal(error.problems[0]!.help[0], `did you mean ${join(folder, "my-sampler.ts")}?`);
      return true;
    });
    await assert.rejects(loadPluginFile(join(folder, "nowhere", "my.ts")), /Cannot find the plugin file/);
    await assert.rejects(loadPluginFile(folder), /Cannot load the plugin file .*directory/i);
  });
});
