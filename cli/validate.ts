/** `validate RECIPE`: everything that is wrong with a recipe, or that nothing is. */
import { builtins, explain, readRecipe, terminal, valuesOf, wire } from "../mod.ts";
import { type AddCommand, trustOf, type TrustOptions, withPlugins, withRecipe } from "./command.ts";

export const validateCommand: AddCommand = (program, _done, voice) =>
  withPlugins(withRecipe(program.command("validate")))
    .description("Check a recipe and show everything that is wrong with it")
    .option("--explain", "show each value and where it came from")
    .action(async (file: string, words: string[], options: TrustOptions & { explain?: boolean }) => {
      const recipe = await readRecipe(file, { plugins: builtins, ...trustOf(options, words) });
      await wire(recipe);
      const values = options.explain ? { values: valuesOf(recipe) } : {};
      voice.answer("validate", { valid: true, name: recipe.name, file: recipe.file, ...values });
      voice.say(options.explain ? explain(recipe) : `${terminal.visible(file)} is valid`);
    });
