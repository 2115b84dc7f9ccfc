/** Problems of requests as RFC 9457 has them: `application/problem+json`. */
import type { z } from "zod";
import { choices, found, listed, quote } from "../../problems/messages/text.ts";

/** A field of a request that cannot be used. */
export interface FieldProblem {
  readonly field: string;
  readonly value: unknown;
  readonly message: string;
  readonly allowed: string;
}

/** A problem of a request. */
export interface RequestProblem {
  /** Such as `queue-full`. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly problems?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer that tells a problem. */
export function problemResponse(
  { code, status, title, detail, problems, headers }: RequestProblem,
  url: string,
): Response {
  const body = {
    type: `urn:denoise:problem:${code}`,
    title,
    status,
    detail,
    instance: new URL(url).pathname,
    ...(problems === undefined ? {} : { problems }),
  };
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

/** Fields that cannot be used. */
export function fieldsProblem(problems: readonly FieldProblem[]): RequestProblem {
  const detail = problems.map(({ message, allowed }) => `${message}: ${allowed}`).join("; ");
  return { code: "bad-request", status: 422, title: "The request cannot be used", detail, problems };
}

/** What a schema refuses, in words. `fields`: those that there are. */
export function fieldsOf(
  issues: readonly z.core.$ZodIssue[],
  input: unknown,
  fields: readonly string[],
): FieldProblem[] {
  return issues.flatMap((issue): FieldProblem[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        field: key,
        value: valueAt(input, [key]),
        message: `Unknown field ${quote(key)}`,
        allowed: choices(key, "Fields", fields),
      }));
    }
    const value = valueAt(input, issue.path);
    const field = issue.path.map((key) => typeof key === "number" ? `[${key}]` : String(key)).join(".").replaceAll(
      ".[",
      "[",
    );
    const what = field === "" ? "the body" : field;
    return [{
      field,
      value: value ?? null,
      message: `Cannot use ${what} ${typeof value === "string" ? quote(value) : found(value)}`,
      allowed: allowedBy(issue, value),
    }];
  });
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value === "string" && typeof key === "number") return value.split(",")[key];
    return value !== null && typeof value === "object" ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }, input);
}

const types: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a whole number",
  string: "a text",
  array: "a list",
  object: 'an object, such as {"seed": 7}',
};

function allowedBy(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${types[issue.expected] ?? issue.expected}`;
    case "too_small":
      return issue.origin === "array"
        ? `expected at least ${issue.minimum} of them`
        : `expected at least ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array"
        ? `expected at most ${issue.maximum} of them`
        : `expected at most ${issue.maximum}`;
    case "invalid_value":
      return typeof value === "string"
        ? choices(value, "Values", issue.values.map(String))
        : `expected ${listed(issue.values.map(String), "or")}`;
    default:
      return issue.message;
  }
}
