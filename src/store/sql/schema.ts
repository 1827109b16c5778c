import type { Generated, Insertable, Selectable } from 'kysely'
import type { FailureCode, LetterState } from '../../model/index.ts'

/** Where a document stands. It ends in `done` or `failed`; every change is an audit row in the same transaction. */
export type DocumentState = 'received' | 'extracting' | 'extracted' | 'deciding' | 'done' | 'failed'

/** The ledger: one row per document (per content, not per file name). Times are ISO 8601 in UTC. */
export type DocumentsTable = {
  /** sha256 of the bytes, in hex; of the path for a file whose bytes could not be read. */
  sha256: string
  file_name: string
  media_type: string | null
  page_count: number | null
  state: DocumentState
  cause: FailureCode | null
  /** What went wrong and what to do. Holds no text of the document. */
  message: string | null
  attempts: number
  /** How often whoever had it went away, or let its lease run out. */
  crashes: number
  /** 1 first … 1000 last; see `Urgency`. */
  priority: number
  /** Statutory or agreed date by which it should be done (ISO date). */
  due: string | null
  /** 1: backlog that waits until a schedule lets it go. */
  held: number
  /** When a schedule (or the lack of any) let it go; null for what never was backlog, or still waits. */
  let_go_at: string | null
  /** Not to be tried before (after a passing failure). */
  not_before: string | null
  lease_owner: string | null
  /** Fencing token: grows with every claim; a result under an older token is refused. */
  lease_token: number
  lease_expires_at: string | null
  /** What made its records, as JSON text: see `Made`. */
  made: string | null
  /** What it stood at when it was asked to be read (or decided) again; what it gave then stands until that is done. */
  again_from: 'done' | 'failed' | null
  /** Why it could not be read again the last time it was asked to: what it gave before stands still. */
  again_cause: FailureCode | null
  received_at: string
  changed_at: string
}

/**
 * The pages of a long document are read in parts, several at once, on any machine. A part's row goes when the document is whole; when
 * the document fails, it stays, so that a retry reads only what lacks.
 */
export type PartsTable = {
  sha256: string
  part: number
  first_page: number
  last_page: number
  /** What was read, as JSON text; null until it is. */
  pages: string | null
  attempts: number
  crashes: number
  /** Why it could not be read, the last time it was tried. */
  cause: FailureCode | null
  /** Not to be tried before (after a passing failure). */
  not_before: string | null
  lease_owner: string | null
  lease_token: number
  lease_expires_at: string | null
}

/** An uploader's own name for a hand-over: the same key again gives the same document, whatever broke in between. */
export type UploadsTable = {
  key: string
  /** The document that came of it; of an archive, the first one. */
  sha256: string
  /** sha256 of the bytes that were handed over as a whole, of an archive; null: they were the document's. */
  digest: string | null
  at: string
}

export type SchedulesTable = {
  name: string
  /** The schedule as JSON text: see `Schedule`. */
  definition: string
  changed_at: string
}

/** One row a due time: whoever inserts it has the run, so that several schedulers never start it twice. */
export type ScheduleRunsTable = {
  name: string
  /** Local wall-clock time that was due (`2026-11-01T01:30`), so that an hour that comes twice is one time. */
  due_at: string
  started_at: string
  /** When all was taken in that it begins with. Until then whoever has the lease is at it. */
  taken_in_at: string | null
  lease_owner: string | null
  lease_expires_at: string | null
  ended_at: string | null
}

/** Bytes of forgotten documents that still have to be removed from the files. */
export type RemovalsTable = { sha256: string; at: string }

/** What goes on by itself until it is revoked; what a policy says is text here. */
export type PoliciesTable = { name: string; definition: string; changed_at: string }

/** Every path under which the bytes came in. `path_digest`, the sha256 of it, is the key: some are too long for an index. */
export type SourcesTable = { sha256: string; path_digest: string; path: string; first_seen_at: string }

/** The records that stand: what is exported, and what the API gives. */
export type CasesTable = {
  case_id: string
  sha256: string
  letter: number
  case_number: string | null
  date_of_injury: string | null
  decision_date: string | null
  outcome: string | null
  status: string
  review_state: string
  /** The case record as JSON text. */
  record: string
}

/** Records that wait for the decision stage; one that is being read again has others that stand, in `cases`. */
export type UndecidedTable = { sha256: string; letter: number; record: string }

/** What was read of each page. `words`: a `PageWords` as packed (gzip) JSON text. */
export type PagesTable = { sha256: string; page: number; rotation: 0 | 90 | 180 | 270; words: Uint8Array }

/** How people cut files into letters: `parts` are `Cuts` as JSON text. */
export type CutsTable = { sha256: string; revision: number; by: string; at: string; parts: string }

export type DiagnosesTable = {
  case_id: string
  position: number
  text: string | null
  expanded: string
  region: string | null
  laterality: string | null
  certainty: string
}

export type ServicesTable = {
  case_id: string
  sequence: number
  request: string | null
  category: string | null
  visits_min: number | null
  visits_max: number | null
  open_ended: number
  outcome: string | null
  proposal: string | null
}

/** Samples of letters that were accepted without a look: see `store/sampling.ts`. */
export type SamplesTable = {
  id: string
  drawn_by: string
  drawn_at: string
  seed: string
  bound: number
  level: number
  tolerated: number
  population: number
  size: number
}

/** The letters of a sample. `task` and `answers` hold values of the letter: they leave with its document. */
export type SampledTable = { sample_id: string; letter_id: string; sha256: string; position: number; task: string }
export type SampleAnswersTable = {
  sample_id: string
  letter_id: string
  sha256: string
  by: string
  at: string
  answers: string
}

/** Letters of samples that somebody was given and has not answered: until then nothing of them is shown to that person. */
export type BlindTasksTable = {
  sample_id: string
  letter_id: string
  sha256: string
  by: string
  /** 1: two people part, and this one settles it. */
  settles: number
  at: string
}

/** Who may sign in. Names are one word each; no patient is among them. */
export type UsersTable = {
  name: string
  /** JSON text: an array of roles. */
  roles: string
  /** See passwords.ts. */
  password: string
  disabled: number
  created_at: string
  signed_in_at: string | null
}

export type SecondFactorsTable = {
  name: string
  /** Base32. It has to be known to check a code: whoever reads the database reads it. */
  secret: string
  /** null: shown, and no code of it was given yet. */
  confirmed_at: string | null
  /** The newest time step whose code was used: each is good once. */
  last_step: number
}

/** sha256 of codes that stand in for a lost second factor, each once. */
export type RecoveryCodesTable = { name: string; digest: string }

export type SessionsTable = {
  /** sha256 of the token that the browser holds. */
  digest: string
  name: string
  created_at: string
  /** When somebody last did something. */
  seen_at: string
  expires_at: string
  /** 1: asks for the password again. */
  locked: number
  /** 1: the second factor was given, or the user had none when the session began. */
  second_factor: number
  /** A role held for a while by break-glass. */
  glass_role: string | null
  glass_until: string | null
}

/** Programs' tokens. */
/** Somebody who is on their way to sign in elsewhere. */
export type SignOnsTable = {
  /** sha256 of the token that their browser holds. */
  digest: string
  /** What has to come back (OpenID Connect Core 1.0, 3.1.2.1), and what proves that it comes back to who asked (PKCE, RFC 7636). */
  state: string
  nonce: string
  verifier: string
  expires_at: string
}

export type TokensTable = {
  id: string
  name: string
  digest: string
  /** JSON text: an array of scopes. */
  scopes: string
  created_by: string
  created_at: string
  expires_at: string
  revoked_at: string | null
  used_at: string | null
}

/** Wrong passwords and codes, by a digest of the user's name (known or not) and of the caller's address. */
/** A browser in which somebody has signed in, by the digest of its token. */
export type KnownDevicesTable = { digest: string; name: string; seen_at: string }
/** How far another system was told of what changed, by rows of the audit trail. `until`: of the delivery in hand, which stays the same until it was taken. */
export type WebhooksTable = {
  name: string
  told: number
  until: number | null
  attempts: number
  next_at: string
  trouble: string | null
  lease: string | null
  lease_until: string | null
}
export type AttemptsTable = { key: string; failed: number; last_at: string; wait_until: string | null }

/** The salt of the digests in a document's audit rows. It is forgotten with the document: no value can be guessed by its digest then. */
export type SaltsTable = { sha256: string; salt: string }

/** Append-only. Blocks of the audit trail, one after the other from 1: see seals.ts. */
export type SealsTable = {
  number: number
  from_seq: number
  to_seq: number
  rows: number
  root: string
  at: string
  actor: string
}

/** Append-only. Holds ids, states and causes; never a word of a document. */
export type AuditTable = {
  seq: Generated<number>
  at: string
  actor: string
  action: string
  subject: string
  from_state: string | null
  to_state: string | null
  detail: string | null
  /** Salted digests of a value before and after it was changed: see salts. */
  before_digest: string | null
  after_digest: string | null
}

/** Append-only. What was in the lists that people were shown, by a list's name in the trail: `list-` and the digest of its subjects. */
export type ListedTable = { list: string; subject: string }

/** A letter under review: one row a letter that is, or was, read. What people said of it stays when the document is read again. */
export type LettersTable = {
  letter_id: string
  sha256: string
  /** The record that is this letter's now; null when no letter begins at its page any more. */
  case_id: string | null
  revision: Generated<number>
  state: Generated<LetterState>
  reason: string | null
  assignee: string | null
  lock_by: string | null
  lock_token: string | null
  lock_until: string | null
  /** 0: its record is new, and what follows is still that of the one before. */
  indexed: Generated<number>
  /** 1: a person has to look at it. */
  needed: Generated<number>
  /** Date by which it should be reviewed; `9999-12-31` for none, so that it comes last. */
  due: Generated<string>
  /** How many places a person has to look at. */
  doubt: Generated<number>
  /** What stood at its places when it was finished, as JSON text: see `Finished`; null: it was not, or nobody knows. */
  finished: string | null
  /** Case number as read and file name, folded: what is searched. */
  search: Generated<string>
}

/** What people decided about places of a letter, as JSON text; append-only. */
export type EditsTable = {
  letter_id: string
  revision: number
  part: number
  by: string
  at: string
  edit: string
  anchor: string | null
}

/** What else people did to a letter or said of it; append-only. */
export type LetterEventsTable = {
  letter_id: string
  number: number
  /** The revision that it made; null for what changes nothing of the letter. */
  revision: number | null
  by: string
  at: string
  event: string
  text: string | null
  /** Where the letter stood before, as JSON text: its state, reason and what was finished. null: it did not change where it stands, or nobody knows. */
  before: string | null
}

/** Writes by their sender's own name for them: the same one again is the same write. */
export type LetterKeysTable = { letter_id: string; key: string; revision: number; digest: string }

/** What must not be forgotten: a document, or whatever is of a claim. `claim_key`: the claim number without what makes no difference. */
export type LegalHoldsTable = {
  id: string
  sha256: string | null
  claim: string | null
  claim_key: string | null
  reason: string
  by: string
  at: string
  released_by: string | null
  released_at: string | null
}

export type Tables = {
  letters: LettersTable
  edits: EditsTable
  letter_events: LetterEventsTable
  letter_keys: LetterKeysTable
  documents: DocumentsTable
  sources: SourcesTable
  parts: PartsTable
  uploads: UploadsTable
  schedules: SchedulesTable
  schedule_runs: ScheduleRunsTable
  removals: RemovalsTable
  policies: PoliciesTable
  legal_holds: LegalHoldsTable
  cases: CasesTable
  undecided: UndecidedTable
  pages: PagesTable
  cuts: CutsTable
  diagnoses: DiagnosesTable
  services: ServicesTable
  samples: SamplesTable
  sampled: SampledTable
  sample_answers: SampleAnswersTable
  blind_tasks: BlindTasksTable
  listed: ListedTable
  audit: AuditTable
  users: UsersTable
  second_factors: SecondFactorsTable
  recovery_codes: RecoveryCodesTable
  sessions: SessionsTable
  sign_ons: SignOnsTable
  tokens: TokensTable
  attempts: AttemptsTable
  webhooks: WebhooksTable
  known_devices: KnownDevicesTable
  salts: SaltsTable
  seals: SealsTable
}

export type DocumentRow = Selectable<DocumentsTable>
export type AuditRow = Selectable<AuditTable>
export type NewAudit = Insertable<AuditTable>
