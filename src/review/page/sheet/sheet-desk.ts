import { batch, signal } from '@preact/signals'
import type { Box, LetterId } from '../../../model/index.ts'
import { call, wordsOf } from '../api.tsx'
import { tell } from '../state.tsx'

export type Item = {
  readonly letterId: LetterId
  readonly name: string
  readonly path: string
  readonly revision: number
  readonly page: number
  readonly box: Box
  readonly value: unknown
  readonly seen: string
}
type Sheet = { readonly fields: readonly string[]; readonly items: readonly Item[]; readonly next: string | null }
type Written = {
  readonly letters: readonly {
    readonly letterId: LetterId
    readonly status: number
    readonly revision: number | null
    readonly detail: string | null
    readonly by: readonly string[]
  }[]
}
/** What is left to be looked at in its letter, and why. */
type Left = Pick<Item, 'letterId' | 'name' | 'path'> & { readonly why: string }
/** What was accepted at once, and the sheet that it stood on. */
type Done = {
  readonly letters: readonly { readonly letterId: LetterId; readonly revision: number }[]
  readonly cursor: string | null
}

export const keyOf = ({ letterId, path }: Pick<Item, 'letterId' | 'path'>): string => `${letterId} ${path}`

/** One field of many letters: what is shown, where the cursor is, what is marked as doubtful, what was accepted here. */
export class SheetDesk {
  readonly fields = signal<readonly string[]>([])
  /** null until they came. */
  readonly items = signal<readonly Item[] | null>(null)
  readonly at = signal(0)
  readonly marked = signal<ReadonlySet<string>>(new Set())
  readonly left = signal<readonly Left[]>([])
  readonly accepted = signal(0)
  readonly isBusy = signal(false)
  private cursor: string | null = null
  private next: string | null = null
  private done: Done[] = []
  /** A write that got no answer is sent again under its name. */
  private sending: { readonly text: string; readonly key: string } | null = null

  constructor(readonly field: string) {}

  async load(cursor: string | null = null): Promise<void> {
    const query = new URLSearchParams({ field: this.field, ...(cursor === null ? {} : { cursor }) })
    try {
      const sheet = await call<Sheet>('GET', `/work/sheets?${query}`)
      batch(() => {
        this.fields.value = sheet.fields
        this.items.value = sheet.items
        this.marked.value = new Set()
        this.at.value = 0
      })
      this.cursor = cursor
      this.next = sheet.next
      // So many were looked through, and none of them asks for this field: there are more.
      if (sheet.items.length === 0 && sheet.next !== null) await this.load(sheet.next)
    } catch (error) {
      tell(wordsOf(error), 'wrong')
    }
  }

  get here(): Item | null {
    return this.items.value?.[this.at.value] ?? null
  }

  mark(item: Item | null = this.here): void {
    if (!item) return
    const marked = new Set(this.marked.value)
    if (!marked.delete(keyOf(item))) marked.add(keyOf(item))
    this.marked.value = marked
  }

  /** Accepts all that is not marked; what is marked is left to its letter. */
  async acceptAll(): Promise<void> {
    const items = this.items.value ?? []
    const isMarked = (item: Item) => this.marked.value.has(keyOf(item))
    const kept = items.filter((item) => !isMarked(item))
    if (items.length === 0 || (kept.length > 0 && !(await this.accept(kept)))) return
    this.leave((this.items.value ?? []).filter(isMarked), () => 'marked as doubtful')
    if (this.next === null) this.items.value = []
    else await this.load(this.next)
  }

  /** Accepts the one under the cursor. */
  async acceptHere(): Promise<void> {
    const { here } = this
    if (here && (await this.accept([here])) && this.items.value?.length === 0 && this.next !== null)
      await this.load(this.next)
  }

  /** Whether the server has answered: letters that could not be written are left to their pages, with the reason. */
  private async accept(items: readonly Item[]): Promise<boolean> {
    const groups = Map.groupBy(items, ({ letterId }) => letterId)
    const letters = [...groups].map(([letterId, own]) => ({
      letterId,
      revision: own[0]?.revision ?? 0,
      places: own.map(({ path, seen }) => ({ path, seen })),
    }))
    const written = await this.write('/work/sheets', { letters })
    if (!written) return false
    const of = new Map(written.letters.map((one) => [one.letterId, one]))
    const isWritten = ({ letterId }: Item) => of.get(letterId)?.status === 200
    const made = written.letters.flatMap(({ letterId, revision }) =>
      revision === null ? [] : [{ letterId, revision }],
    )
    batch(() => {
      if (made.length > 0) this.done.push({ letters: made, cursor: this.cursor })
      this.accepted.value += items.filter(isWritten).length
      this.leave(
        items.filter((item) => !isWritten(item)),
        ({ letterId }) => {
          const { by = [], detail = '' } = of.get(letterId) ?? {}
          return by.length > 0 ? `${by.join(' and ')} changed it meanwhile` : (detail ?? '')
        },
      )
      // Others of the same letter stand on what was made of it.
      this.items.value = (this.items.value ?? [])
        .filter((item) => !items.includes(item))
        .map((item) => ({ ...item, revision: of.get(item.letterId)?.revision ?? item.revision }))
      this.at.value = Math.max(0, Math.min(this.at.value, this.items.value.length - 1))
    })
    return true
  }

  private leave(items: readonly Item[], why: (item: Item) => string): void {
    if (items.length === 0) return
    this.left.value = [...this.left.value, ...items.map((item) => ({ ...item, why: why(item) }))]
  }

  /** Takes back what was accepted last, and shows its sheet again. */
  async undo(): Promise<void> {
    const last = this.done.at(-1)
    if (!last) return tell('Nothing that you accepted here is left to undo.')
    const written = await this.write('/work/sheets/undo', { letters: last.letters })
    if (!written) return
    this.done.pop()
    const kept = written.letters.filter(({ status }) => status !== 200)
    const back = last.letters.length - kept.length
    this.accepted.value = Math.max(0, this.accepted.value - back)
    tell(
      kept.length === 0
        ? `Taken back in ${back === 1 ? '1 letter' : `${back} letters`}.`
        : `Taken back in ${back} of ${last.letters.length} letters: ${kept[0]?.detail ?? ''}`,
      kept.length === 0 ? 'done' : 'wrong',
    )
    await this.load(last.cursor)
  }

  private async write(path: string, body: object): Promise<Written | null> {
    if (this.isBusy.value) return null
    this.isBusy.value = true
    const text = JSON.stringify([path, body])
    if (this.sending?.text !== text) this.sending = { text, key: crypto.randomUUID() }
    try {
      const written = await call<Written>('POST', path, { body, key: this.sending.key })
      this.sending = null
      return written
    } catch (error) {
      tell(`${wordsOf(error)} Nothing is said to be accepted.`, 'wrong')
      return null
    } finally {
      this.isBusy.value = false
    }
  }
}
