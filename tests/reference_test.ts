/** Tests of what becomes of the pages that Deno writes. */
import assert from "node:assert/strict";
import { symbolOf, withoutMembers } from "./reference.ts";

Deno.test("symbolOf() tells pages of members from those of symbols and of what namespaces hold", () => {
  assert.equal(symbolOf("Graph.image.html"), "Graph.html");
  assert.equal(symbolOf("DenoiseError.prototype.problems.html"), "DenoiseError.html");
  assert.equal(symbolOf("files.WholeFile.prototype.[Symbol.asyncDispose].html"), "files.WholeFile.html");
  for (const page of ["Graph.html", "files.html", "files.Remote.html", "files.download.html", "index.html"]) {
    assert.equal(symbolOf(page), undefined, page);
  }
});

Deno.test("withoutMembers() leads links to lines of the page itself, or to pages of symbols", () => {
  const line = '<div id="property_image">';
  const image = 'href="..&#x2F;.&#x2F;~&#x2F;Graph.image.html"';
  assert.equal(withoutMembers(`${line}<a ${image}>`, "Graph.html"), `${line}<a href="#property_image">`);
  assert.equal(withoutMembers(`<a ${image}>`, "Graph.html"), '<a href="..&#x2F;.&#x2F;~&#x2F;Graph.html">');
  assert.equal(withoutMembers(`<a ${image}>`, "wire.html"), '<a href="..&#x2F;.&#x2F;~&#x2F;Graph.html">');
  const other = '<a href="..&#x2F;.&#x2F;~&#x2F;files.Remote.html">';
  assert.equal(withoutMembers(other, "wire.html"), other);
  assert.equal(withoutMembers('"url":"././~/Graph.image.html"', "search_index.js"), '"url":"././~/Graph.html"');
});
