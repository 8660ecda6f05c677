// Who the service knows this page as: an API client's token, kept for as long as the tab is open. The secret is not kept.

export interface Session {
  account: string;
  client: string;
  token: string;
  /** Milliseconds since 1970. */
  expires: number;
}

/** What the service says is wrong: its sentence, its code, and for each problem the place in the body. */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: string | undefined;
  readonly problems: { code?: string; pointer?: string; message?: string }[];

  constructor(status: number, body: { error?: { code?: string; message?: string; errors?: object[] } } | undefined) {
    super(body?.error?.message ?? `HTTP ${status}`);
    this.status = status;
    this.code = body?.error?.code;
    this.problems = body?.error?.errors ?? [];
  }
}

/** Thrown when nobody is signed in, or no longer. */
export class SignedOutError extends Error {}

const KEY = 'rabatt.session';
export const TEST_ACCOUNT = 'T00000001';
const listeners = new Set<() => void>();

/** `undefined` when nobody is signed in. */
export function session(): Session | undefined {
  const kept = sessionStorage.getItem(KEY);
  if (!kept) return undefined;
  const found = JSON.parse(kept) as Session;
  return found.expires > Date.now() ? found : undefined;
}

/** Calls `listener` when somebody signs in or out; gives back how to stop. */
export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** Gets a token with a client's id and secret. */
export async function signIn(account: string, client: string, secret: string): Promise<void> {
  const basic = btoa(String.fromCharCode(...new TextEncoder().encode(`${client}:${secret}`)));
  const audience = `${location.origin}/v1/accounts/${account}`;
  const answer = await fetch(`/v1/accounts/${encodeURIComponent(account)}/auth/token`, {
    method: 'POST',
    // Else the browser answers a refusal with a sign-in form of its own.
    credentials: 'omit',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', audience }),
  });
  if (!answer.ok) throw new ServiceError(answer.status, await bodyOf(answer));
  const { access_token: token, expires_in: seconds } = (await answer.json()) as { access_token: string; expires_in: number };
  const made: Session = { account, client, token, expires: Date.now() + seconds * 1000 };
  sessionStorage.setItem(KEY, JSON.stringify(made));
  tell();
}

export function signOut(): void {
  sessionStorage.removeItem(KEY);
  tell();
}

/**
 * Asks the service; `path` stands under the account (`discounts/rules`), `body` is JSON text. Answers that are not
 * successes are thrown, but for 304.
 */
export async function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
  const known = session();
  if (!known) throw new SignedOutError();
  const answer = await fetch(`/v1/accounts/${encodeURIComponent(known.account)}/${path}`, {
    method,
    credentials: 'omit',
    headers: { authorization: `Bearer ${known.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  if (answer.ok || answer.status === 304) return answer;
  if (answer.status === 401) {
    signOut();
    throw new SignedOutError();
  }
  throw new ServiceError(answer.status, await bodyOf(answer));
}

async function bodyOf(answer: Response): Promise<{ error?: object } | undefined> {
  return answer.json().catch(() => undefined);
}

/**
 * Takes `client=<id>:<secret>` (and `account=…`) out of the address, where `rabatt serve` put it at first start. What
 * stands behind # is never sent to a server; it is removed before anything else, so that it stays in no history.
 */
export async function signInFromAddress(): Promise<void> {
  const words = new URLSearchParams(location.hash.slice(1));
  const client = words.get('client');
  if (!client) return;
  history.replaceState(null, '', location.pathname);
  const colon = client.indexOf(':');
  await signIn(words.get('account') ?? TEST_ACCOUNT, client.slice(0, colon), client.slice(colon + 1));
}
