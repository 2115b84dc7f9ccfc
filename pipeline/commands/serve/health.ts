/** What supervisors ask a server for: answered at all times, also while the model is being loaded. */

/** Where a server says how it is. */
export const healthAddresses: readonly string[] = ["/health", "/health/live"];

/** What a server is at. */
export type ServerState = "loading" | "ready" | "stopping";

/** Answers a request for an address of the server's health; undefined for other addresses. */
export function healthAnswer(pathname: string, state: ServerState): Response | undefined {
  const [health, live] = healthAddresses;
  if (pathname === live) return Response.json({ live: true });
  if (pathname !== health) return undefined;
  return Response.json({ live: true, ready: state === "ready", state }, { status: state === "ready" ? 200 : 503 });
}
