import { batch, computed, signal } from '@preact/signals'
import type { CorrectionCause, Edit, Evidence, LetterId, LetterView } from '../../../model/index.ts'
import { call, NoAnswer, Refused, wordsOf } from '../api.tsx'
import { imageNow, wordsOfPage } from '../images.tsx'
import { nextDoubt, type Row, rowsOf } from '../rows.ts'
import { tell, uncovered } from '../state.tsx'
import { typed } from '../values.ts'
import type { PageWords } from '../words.ts'
import { placeOf } from '../zoom.ts'
import { afterEdit } from './optimistic.ts'

/** A value on its way: what is typed, or what the server made of chosen words. */
export type Draft = {
  readonly path: string
  readonly text: string
  /** Made by the server from words; undefined: it is made from the text. */
  readonly value?: unknown
  readonly evidence: readonly Evidence[]
  readonly problem: string | null
}

export type Chosen = { readonly page: number; readonly a: number; readonly b: number }

/** How long a server that does not answer is left alone, in milliseconds. */
const RETRY_MS = 3_000

/** Of what is made of another field. */
const MADE = 'This is made from another field, its wording: correct that one, and this is made anew.'

type Conflict = { readonly text: string; readonly changes: readonly string[] }

/** One letter in hand: what is shown, where the cursor is, what is on its way to the server. */
export class Desk {
  readonly view = signal<LetterView>(undefined as never)
  readonly focus = signal<string | null>(null)
  readonly mode = signal<'fields' | 'words' | 'editing'>('fields')
  readonly draft = signal<Draft | null>(null)
  readonly page = signal(1)
  /** The page as a whole, or zoomed to the evidence. */
  readonly look = signal<'evidence' | 'page'>('evidence')
  readonly showsBoxes = signal(true)
  readonly asItCame = signal(false)
  readonly chosen = signal<Chosen | null>(null)
  readonly words = signal<PageWords | null>(null)
  readonly conflict = signal<Conflict | null>(null)
  readonly isReadOnly = signal<string | null>(null)

  readonly rows = computed(() => rowsOf(this.view.value, IMR_FIELDS))
  /** The fields that were doubtful when the letter was opened, or became so: they stay where they are when they are settled. */
  readonly toCheck = signal<readonly string[]>([])
  /** In the order of the list: to check, then the rest. */
  readonly order = computed(() => {
    const first = this.toCheck.value
    return [...first, ...this.rows.value.map((r) => r.path).filter((path) => !first.includes(path))]
  })
  readonly row = computed<Row | null>(() => this.rows.value.find((r) => r.path === this.focus.value) ?? null)
  readonly left = computed(() => this.rows.value.filter((r) => r.isDoubtful).length)

  /** Writes that the server has not taken yet. */
  readonly unsaved = signal(0)
  private pending: Edit[] = []
  private tail: Promise<unknown> = Promise.resolve()
  private revision: number

  constructor(
    view: LetterView,
    private readonly lock: () => string | undefined,
  ) {
    this.view.value = view
    this.revision = view.revision
    const known = new Set(this.rows.value.map((r) => r.path))
    this.toCheck.value = view.doubts.filter((path) => known.has(path))
    this.goTo(this.toCheck.value[0] ?? this.order.value[0] ?? null)
  }

  get id(): LetterId {
    return this.view.value.letterId
  }
  get sha(): string {
    return this.view.value.record.document.sha256
  }

  /** The cursor on a field, its evidence in view. */
  goTo(path: string | null): void {
    batch(() => {
      this.focus.value = path
      this.chosen.value = null
      if (this.draft.value?.path !== path) this.leave()
      const at = placeOf(this.row.value?.evidence ?? [])
      this.look.value = at ? 'evidence' : 'page'
      this.turnTo(at?.page ?? this.page.value)
    })
  }

  turnTo(page: number): void {
    const [first, last] = this.view.value.record.document.pageRange
    const to = Math.min(Math.max(page, first), last)
    const isOther = to !== this.page.value || this.words.value === null
    this.page.value = to
    if (!isOther) return
    this.words.value = null
    if (to === 0) return
    imageNow(this.sha, to, 'small')
    wordsOfPage(this.sha, to).then(
      (words) => {
        if (this.page.value === to) this.words.value = words
      },
      (error) => tell(wordsOf(error), 'wrong'),
    )
  }

  move(by: number): void {
    const order = this.order.value
    const at = order.indexOf(this.focus.value ?? '')
    this.goTo(order[Math.min(order.length - 1, Math.max(0, at + by))] ?? null)
  }

  /** Accepts the field as it is and goes to the next doubtful one. */
  accept(): void {
    const row = this.row.value
    if (row?.isDoubtful) this.send({ action: 'confirm', path: row.path, seen: row.seen })
    this.onward()
  }

  onward(): void {
    const next = nextDoubt(this.rows.value, this.order.value, this.focus.value)
    if (next !== null) this.goTo(next)
  }

  state(action: 'missing' | 'redacted' | 'illegible'): void {
    const row = this.row.value
    if (!row || this.isWhole(row)) return
    this.send({ action, path: row.path, seen: row.seen })
    this.onward()
  }

  /** Whether a row stands for a whole list: of it only that all are there can be said, and what else to do is told. */
  private isWhole({ path }: Row): boolean {
    if (path !== 'services' && path !== 'diagnoses') return false
    tell(
      `This asks whether all ${path} are there: Enter if they are. + adds one; Delete, on one of its fields, removes it.`,
    )
    return true
  }

  alternative(number: number): boolean {
    const row = this.row.value
    const found = row?.alternatives[number - 1]
    if (!row || !found) return false
    this.correct(row, found.value, row.evidence)
    return true
  }

  edit(text?: string): void {
    const row = this.row.value
    if (!row || this.isWhole(row)) return
    if (row.kind.kind === 'derived') {
      tell(MADE)
      return
    }
    this.draft.value = { path: row.path, text: text ?? row.text, evidence: [], problem: null }
    this.mode.value = 'editing'
  }

  type(text: string): void {
    if (this.draft.value) this.draft.value = { path: this.draft.value.path, text, evidence: [], problem: null }
  }

  leave(): void {
    this.draft.value = null
    this.mode.value = 'fields'
    this.chosen.value = null
  }

  /** The draft becomes the value. */
  take(cause?: CorrectionCause): void {
    const draft = this.draft.value
    const row = this.rows.value.find((r) => r.path === draft?.path)
    if (!draft || !row) return
    const made = draft.value === undefined ? typed(draft.text, row.kind) : { value: draft.value }
    if ('problem' in made) {
      this.draft.value = { ...draft, problem: made.problem }
      return
    }
    this.leave()
    this.correct(row, made.value, draft.evidence, cause)
  }

  private correct(row: Row, value: unknown, evidence: readonly Evidence[], cause?: CorrectionCause): void {
    this.send({
      action: 'correct',
      path: row.path,
      seen: row.seen,
      value: value as never,
      evidence: [...evidence],
      ...(cause ? { cause } : {}),
    })
    this.onward()
  }

  /** The chosen words as a draft: their text at once, their value as soon as the server has made it. */
  async fill(): Promise<void> {
    const [row, chosen, words] = [this.row.value, this.chosen.value, this.words.value]
    if (!row || !chosen || !words) return
    const evidence = words.chosen(chosen.a, chosen.b, chosen.page)
    const text = evidence.map((e) => e.text).join(' ')
    const draft: Draft = { path: row.path, text, evidence, problem: null }
    this.draft.value = draft
    this.mode.value = 'editing'
    performance.mark('imr:filled')
    try {
      const { value } = await call<{ readonly value: unknown }>('POST', `/cases/${this.id}/value-of-words`, {
        body: { path: row.path, evidence },
      })
      if (this.draft.value !== draft) return
      this.draft.value =
        value === null
          ? { ...draft, problem: 'These words are no such value: choose others, or type it.' }
          : { ...draft, value }
    } catch (error) {
      if (this.draft.value === draft) this.draft.value = { ...draft, problem: wordsOf(error) }
    }
  }

  add(list: 'services' | 'diagnoses', text: string): void {
    const { chosen, words } = { chosen: this.chosen.value, words: this.words.value }
    const evidence = chosen && words ? [...words.chosen(chosen.a, chosen.b, chosen.page)] : []
    this.send({ action: 'add', list, text, evidence })
  }

  /** Removes the service or diagnosis that the cursor is in. */
  remove() {
    const item = /^(?:services|diagnoses)\[\+?\d+\]/.exec(this.focus.value ?? '')?.[0]
    const field = this.view.value.fields.find(({ path }) => path === item) ?? this.row.value
    if (!item || !field) return tell('Only services and diagnoses can be removed.')
    this.send({ action: 'remove', path: item, seen: field.seen })
    this.onward()
  }

  /** An edit, shown at once, sent when those before it are through. */
  private send(edit: Edit): void {
    this.pending.push(edit)
    this.view.value = afterEdit(this.view.value, edit)
    this.write(`/cases/${this.id}/edits`, () => ({ edits: [edit] }), edit)
  }

  /** One write after another, each on the revision that the one before made. */
  write(path: string, body: () => unknown, edit?: Edit): Promise<boolean> {
    this.unsaved.value++
    const done = this.tail.then(async () => {
      try {
        if (edit && !this.pending.includes(edit)) return false
        const fresh = await this.sent(path, body())
        this.pending = this.pending.filter((one) => one !== edit)
        this.show(fresh)
        return true
      } catch (error) {
        await this.refused(error)
        return false
      } finally {
        this.unsaved.value--
      }
    })
    this.tail = done
    return done
  }

  /** Sends it again, by the same name, until the server has answered somebody who is signed in. */
  private async sent(path: string, body: unknown): Promise<LetterView> {
    const key = crypto.randomUUID()
    for (;;) {
      try {
        return await call<LetterView>('POST', path, { body, key, revision: this.revision, lock: this.lock() })
      } catch (error) {
        if (error instanceof Refused && error.status === 401) await uncovered()
        else if (error instanceof NoAnswer) {
          tell(error.message, 'wrong')
          await new Promise((again) => setTimeout(again, RETRY_MS))
        } else throw error
      }
    }
  }

  /** What the server has, with what it has not seen yet on top. */
  private show(fresh: LetterView): void {
    this.revision = fresh.revision
    this.view.value = this.pending.reduce(afterEdit, fresh)
    const fields = new Set(this.rows.value.map((r) => r.path))
    const more = fresh.doubts.filter((path) => fields.has(path) && !this.toCheck.value.includes(path))
    if (more.length > 0) this.toCheck.value = [...this.toCheck.value, ...more]
  }

  /** Nothing that was not written is shown as written: the letter as it is now, and what somebody else has changed in it. */
  private async refused(error: unknown): Promise<void> {
    const [before, draft, lost] = [this.rows.value, this.draft.value, this.pending]
    this.pending = []
    const fresh = await call<LetterView>('GET', `/cases/${this.id}`).catch(() => null)
    if (fresh) this.show(fresh)
    const isConflict = error instanceof Refused && [409, 412, 423].includes(error.status)
    if (!isConflict || !fresh) {
      tell(`${wordsOf(error)} Not written: ${namesOf(before, lost) || 'your last act'}.`, 'wrong')
    } else {
      const changes = this.rows.value.flatMap((row) => {
        const old = before.find((r) => r.path === row.path)
        const isOwn = lost.some((edit) => 'path' in edit && edit.path === row.path)
        return (old && old.text !== row.text) || isOwn
          ? [`${row.section} · ${row.label}: ${row.text || 'nothing'}`]
          : []
      })
      this.conflict.value = { text: `${whoChanged(error)}${wordsOf(error)}`, changes }
    }
    if (draft) {
      this.draft.value = draft
      this.mode.value = 'editing'
    }
  }

  /** All that was done is through, or has been refused. */
  async settled(): Promise<void> {
    await this.tail
  }
}

const namesOf = (rows: readonly Row[], edits: readonly Edit[]) =>
  edits
    .flatMap((edit) => ('path' in edit ? [rows.find((r) => r.path === edit.path)?.label ?? edit.path] : []))
    .join(', ')

/** Who wrote to the letter meanwhile, as the refusal says. */
function whoChanged({ body }: Refused): string {
  const changes = Array.isArray(body.changes) ? (body.changes as readonly { readonly by: string }[]) : []
  const names = [...new Set(changes.map(({ by }) => by))]
  return names.length === 0 ? '' : `${names.join(' and ')} changed it: `
}
