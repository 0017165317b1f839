/**
 * Credentials in URLs: the one place through which they pass on their way to a screen, a file or another process.
 *
 * @module
 */

/** Stands for what is hidden, so that whoever runs a command again knows what to fill in. */
const USER = "USER";
const PASSWORD = "PASSWORD";

/** The variables in which a process gets a password that is not in the URL: nobody else can see it there. */
const REDIS_VARIABLE = "KVLAB_REDIS_PASSWORD";
const POSTGRES_VARIABLE = "KVLAB_POSTGRES_PASSWORD";
const ETCD_VARIABLE = "KVLAB_ETCD_PASSWORD";
export const PASSWORD_VARIABLES = [REDIS_VARIABLE, POSTGRES_VARIABLE, ETCD_VARIABLE] as const;

/** The variable for the password of such a URL. */
function variableFor({ protocol }: URL): string {
  if (protocol.startsWith("postgres")) return POSTGRES_VARIABLE;
  return protocol.startsWith("http") ? ETCD_VARIABLE : REDIS_VARIABLE;
}

/** A URL with credentials, or with a query, which may contain some; as greedy as whoever wrote one may be careless. */
const SCHEME = /[a-z][a-z\d+.-]*:\/\//i;

/**
 * The text with the credentials of a URL in it replaced by {@linkcode USER} and {@linkcode PASSWORD}. The text is one
 * argument, or ends with the URL.
 */
export function withoutCredentials(text: string): string {
  const match = SCHEME.exec(text);
  if (match === null) return text;
  const start = match.index + match[0].length;
  return text.slice(0, start) + hidden(text.slice(start));
}

/** Like {@linkcode withoutCredentials} for what should be a URL, even if it is none. */
export function urlWithoutCredentials(text: string): string {
  return SCHEME.test(text) ? withoutCredentials(text) : hidden(text);
}

/** What follows a URL's scheme, without credentials. */
function hidden(rest: string): string {
  const at = rest.lastIndexOf("@");
  const user = rest.slice(0, Math.max(0, at));
  const colon = user.indexOf(":");
  const shown = at < 0 ? "" : colon < 0 ? `${USER}@` : `${user.slice(0, colon)}:${PASSWORD}@`;
  return shown + rest.slice(at + 1).replace(/\?[^]*$/, "?…");
}

/** The address in a URL, without credentials. */
export function addressOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}

/**
 * An error's message without the password that a URL contains, as for an error of a server that repeats what it got.
 */
export function withoutPasswordOf(url: string, message: string): string {
  const { password } = new URL(url);
  const secrets = [password, decodeURIComponent(password)].filter((secret) => secret !== "");
  return secrets.reduce((text, secret) => text.replaceAll(secret, PASSWORD), message);
}

/** Arguments for another process, whose command line everyone may read, and the environment with what they lack. */
export interface PassedArguments {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Moves the password of a URL among the arguments into the environment. */
export function passArguments(args: readonly string[]): PassedArguments {
  let env: PassedArguments["env"] = {};
  const plain = args.map((arg) => {
    const [, name = "", text = ""] = /^(--[\w-]+=)(.*:\/\/.*@.*)$/s.exec(arg) ?? [];
    if (!URL.canParse(text)) return arg;
    const url = new URL(text);
    if (url.password === "") return arg;
    env = { [variableFor(url)]: decodeURIComponent(url.password) };
    url.password = "";
    return name + url.href;
  });
  return { args: plain, env };
}

/** The URL with the password of the environment, if it has none itself. */
export function withPasswordOfEnvironment(text: string): string {
  const url = new URL(text);
  if (url.password !== "") return text;
  const password = passwordIn(variableFor(url));
  if (password === undefined) return text;
  url.password = encodeURIComponent(password);
  return url.href;
}

function passwordIn(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}
