/** What the server would not do, in its own words (RFC 9457). */
export class Refused extends Error {
  override readonly name = 'Refused'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly body: Readonly<Record<string, unknown>>,
  ) {
    super(message)
  }
}

/** The server did not answer at all. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  override readonly message = 'The server does not answer. What you did is kept here; try again in a moment.'
}

export type Call = {
  readonly body?: unknown
  /** The revision that a write was made on. */
  readonly revision?: number
  /** The lock under which a letter is written to. */
  readonly lock?: string | undefined
  /** Names a write, so that it can be sent again. */
  readonly key?: string
  /** Goes on when the page is closed. */
  readonly keepalive?: boolean
  /** Nobody's act: it does not keep a session open. */
  readonly isBackground?: boolean
}

/** Told when the session has ended: the page is covered, and what was typed stays under the cover. */
let onSignedOut: () => void = () => {}
export const whenSignedOut = (told: () => void) => {
  onSignedOut = told
}

const API = '/api/v1'

async function ask(
  method: string,
  path: string,
  { body, revision, lock, key, keepalive = false, isBackground = false }: Call,
): Promise<Response> {
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (revision !== undefined) headers['if-match'] = `"${revision}"`
  if (lock !== undefined) headers['lock-token'] = lock
  if (isBackground) headers['imr-background'] = '1'
  if (method === 'POST') headers['idempotency-key'] = key ?? crypto.randomUUID()
  const sent = { method, headers, keepalive, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  // A write that got no answer may have been done: its key lets it be sent once more.
  const answer = await fetch(API + path, sent)
    .catch(() => fetch(API + path, sent))
    .catch(() => null)
  if (answer === null) throw new NoAnswer()
  if (answer.ok) return answer
  const problem = (await answer.json().catch(() => ({}))) as Readonly<Record<string, unknown>>
  // A wrong password or code is told where it was asked for.
  if (answer.status === 401 && problem.code !== 'wrong' && path !== '/session') onSignedOut()
  throw new Refused(
    answer.status,
    String(problem.code ?? ''),
    String(problem.detail ?? `The server refused (${answer.status}).`),
    problem,
  )
}

/** An answer in JSON; null where there is none. */
export async function call<T>(method: string, path: string, given: Call = {}): Promise<T> {
  const answer = await ask(method, path, given)
  const text = await answer.text()
  return (text === '' ? null : JSON.parse(text)) as T
}

export const blob = async (path: string): Promise<Blob> => (await ask('GET', path, {})).blob()

/** What became of a file that was handed in; of an archive, of each file in it. */
export type Taken = {
  readonly state: string
  /** Its bytes came for the first time; undefined: it was refused. */
  readonly new?: boolean
  readonly message: string | null
}

/**
 * Hands a file in, as a form: its name stands in no address. Under the same key it can be sent again, and counts once.
 * @throws {Refused} {NoAnswer}
 */
export async function handIn(file: File, { key, urgency }: { readonly key: string; readonly urgency: string }) {
  const form = new FormData()
  form.append('file', file)
  const sent = { method: 'POST', headers: { 'idempotency-key': key }, body: form }
  const answer = await fetch(`/documents?${new URLSearchParams({ urgency })}`, sent).catch(() => null)
  if (answer === null) throw new NoAnswer()
  const told = (await answer.json().catch(() => ({}))) as { documents?: readonly Taken[]; error?: string }
  if (told.documents) return told.documents
  if (answer.status === 401) onSignedOut()
  throw new Refused(answer.status, '', told.error ?? `The server refused (${answer.status}).`, {})
}

/** What to tell of something that went wrong. */
export const wordsOf = (error: unknown): string =>
  error instanceof Refused || error instanceof NoAnswer
    ? error.message
    : 'Something went wrong on this page: load it again.'
