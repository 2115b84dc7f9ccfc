/** Tests of who is let in. */
import assert from "node:assert/strict";
import { exposure, isLoopback, refusalOf } from "./guard.ts";

const status = (headers: Record<string, string>, names: string[] = ["127.0.0.1"]) =>
  refusalOf(new Request("http://x/", { headers: { host: "localhost:8000", ...headers } }), names)?.status;

Deno.test("a server answers to its addresses and names, and not to a name that a page has led to it", () => {
  for (const host of ["localhost:8000", "127.0.0.1:8000", "127.0.0.1", "[::1]:8000", "10.0.0.7", "LOCALHOST"]) {
    assert.equal(status({ host }), undefined, host);
  }
  for (const host of ["evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "", "1"]) {
    assert.equal(status({ host }), 421, host);
  }
  assert.equal(status({ host: "pictures:8000" }, ["0.0.0.0", "pictures"]), undefined);
});

Deno.test("pages of other origins are refused, this server's own and programs are not", () => {
  assert.equal(status({}), undefined, "curl");
  assert.equal(status({ origin: "http://localhost:8000", "sec-fetch-site": "same-origin" }), undefined);
  assert.equal(status({ "sec-fetch-site": "none" }), undefined, "typed");
  assert.equal(status({ "sec-fetch-site": "same-site" }), undefined, "a picture in a page of this machine");
  for (
    const headers of [
      { origin: "http://evil.example" },
      { origin: "http://localhost:3000", "sec-fetch-site": "same-site" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ]
  ) assert.equal(status(headers), 403, JSON.stringify(headers));
});

Deno.test("isLoopback() knows addresses that only this machine reaches", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"]) {
    assert.deepEqual([isLoopback(host), exposure(host)], [true, undefined], host);
  }
  for (const host of ["0.0.0.0", "::", "192.168.1.2", "localhost.example", "127.0.0.1.example"]) {
    assert.ok(!isLoopback(host), host);
    assert.match(exposure(host)!.message, /there is no authentication/);
  }
});
