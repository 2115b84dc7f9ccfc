/** `schema`: the JSON Schema that editors check recipes with. */
import { builtins, checkSchemaFile, files, jsonSchema } from "../mod.ts";
import type { AddCommand } from "./command.ts";

export const schemaCommand: AddCommand = (program, _done, voice) =>
  program.command("schema")
    .description("Write the JSON Schema that editors check recipes with")
    .option("--out <file>", "output file", "recipe.schema.json")
    .option("--plugins <files...>", "plugin files of your own to include")
    .action(async ({ out, plugins = [] }: { out: string; plugins?: string[] }) => {
      await checkSchemaFile(out);
      const schema = await jsonSchema(await builtins.withFiles(plugins));
      await files.writeWhole(out, `${JSON.stringify(schema, null, 2)}\n`);
      voice.answer("schema", { file: out });
      voice.say(`${out}: begin a recipe with "# yaml-language-server: $schema=${out}", and editors check it`);
    });
