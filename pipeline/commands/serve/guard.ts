/** Which requests are let in: those that call the server by a name of its own, and none from pages of others. */
import { isIP } from "node:net";
import type { RequestProblem } from "./problem.ts";
import { openServer } from "../../problems/messages/serve.ts";
import { listed, type Message, quote } from "../../problems/messages/text.ts";

/** Whether a server that listens there can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const bare = withoutBrackets(host);
  return bare === "localhost" || bare === "::1" || (isIP(bare) === 4 && bare.startsWith("127."));
}

/** What to say of an address that others can reach; undefined where only this machine can. */
export function exposure(host: string): Message | undefined {
  return isLoopback(host) ? undefined : openServer(host);
}

/**
 * Why a request is refused; undefined where it is let in.
 *
 * A page that has its own name lead to this machine (DNS rebinding) still says that name in `Host`: only addresses,
 * `localhost` and `names` are answered. Browsers tell where a request comes from in `Origin` and `Sec-Fetch-Site`.
 */
export function refusalOf(request: Request, names: readonly string[]): RequestProblem | undefined {
  const host = request.headers.get("host") ?? "";
  const name = withoutBrackets(host.replace(/:\d+$/, "")).toLowerCase();
  if (isIP(name) === 0 && name !== "localhost" && !names.some((each) => withoutBrackets(each).toLowerCase() === name)) {
    return {
      code: "host-unknown",
      status: 421,
      title: "The server is not called that",
      detail: `Cannot answer as ${quote(host)}: it is called ${
        listed(["localhost", "its addresses", ...names], "or")
      }; start it with --name to add a name`,
    };
  }
  const origin = request.headers.get("origin");
  const elsewhere = origin !== null
    ? originHost(origin) !== host
    : request.headers.get("sec-fetch-site") === "cross-site";
  if (!elsewhere) return undefined;
  return {
    code: "origin-refused",
    status: 403,
    title: "Pages from elsewhere are not answered",
    detail: `Cannot answer a page of ${quote(origin ?? "another site")}: only this server's own page is answered`,
  };
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined; // "null": a page without an origin, such as a file
  }
}

const withoutBrackets = (host: string) => host.replace(/^\[(.*)\]$/, "$1");
