/** `validate RECIPE`: everything that is wrong with a recipe, or that nothing is. */
import { builtins, explain, readRecipe, wire } from "../mod.ts";
import { type AddCommand, withRecipe } from "./command.ts";
import { print } from "../pipeline/terminal/output.ts";

export const validateCommand: AddCommand = (program) =>
  withRecipe(program.command("validate"))
    .description("Check a recipe and show everything that is wrong with it")
    .option("--explain", "show each value and where it came from")
    .action(async (file: string, overrides: string[], options: { explain?: boolean }) => {
      const recipe = await readRecipe(file, { plugins: builtins, overrides });
      await wire(recipe);
      print(options.explain ? explain(recipe) : `${file} is a good recipe`);
    });
