/** `recipes`: those that come with Denoise, which every command takes by name. */
import { builtInRecipes } from "../mod.ts";
import type { AddCommand } from "./command.ts";

export const recipesCommand: AddCommand = (program, _done, voice) =>
  program.command("recipes")
    .description("List the recipes that come with Denoise; commands take them by name: run quickstart")
    .action(async () => {
      const recipes = await builtInRecipes();
      const width = Math.max(...recipes.map(({ name }) => name.length));
      voice.say(recipes.map(({ name, about }) => `${name.padEnd(width)}  ${about}`).join("\n"));
      voice.answer("recipes", { recipes });
    });
