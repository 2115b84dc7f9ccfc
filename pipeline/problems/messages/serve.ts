/** Messages about serving a model, in alphabetical order of code. */
import { type Message, quote } from "./text.ts";

/** A port that another program listens on. */
export function addressTaken(host: string, port: number): Message {
  return {
    code: "address-taken",
    message: `Cannot listen on ${quote(`${host}:${port}`)}: another program does already`,
    help: ["use another port, such as --port 8001; --port 0 takes any that is free"],
  };
}

/** An address that cannot be listened on. */
export function hostUnusable(host: string, port: number, reason: string): Message {
  return {
    code: "host-unusable",
    message: `Cannot listen on ${quote(`${host}:${port}`)}: ${reason}`,
    help: ["use an address of this machine, such as --host 127.0.0.1, and a port above 1023"],
  };
}

/** A server that others can reach. */
export function openServer(host: string): Message {
  return {
    code: "open-server",
    message: `Everybody who can reach ${quote(host)} can generate pictures: there is no authentication`,
    help: ["leave --host out to serve this machine alone, or put a server in front that asks who it is"],
  };
}
