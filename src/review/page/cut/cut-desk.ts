import { batch, computed, signal } from '@preact/signals'
import type { Cuts, LetterId } from '../../../model/index.ts'
import { call, Refused, wordsOf } from '../api.tsx'
import { tell } from '../state.tsx'
import { changesOf, isSame, joinBefore, type Kind, ofKind, splitBefore } from './parts.ts'

/** How a file is cut, as the server tells it. */
export type FileCuts = {
  readonly revision: number
  readonly fileName: string
  readonly parts: Cuts
  readonly letters: readonly LetterId[]
}

/** What somebody else did meanwhile. */
type Conflict = { readonly text: string; readonly changes: readonly string[] }

/** One file being cut: how it stands, where the cursor is, what was done and is not saved. */
export class CutDesk {
  readonly parts = signal<Cuts>([])
  readonly here = signal(1)
  readonly saved = signal<FileCuts>(undefined as never)
  readonly conflict = signal<Conflict | null>(null)
  readonly isBusy = signal(false)
  readonly isChanged = computed(() => !isSame(this.parts.value, this.saved.value.parts))
  /** The pages as they are shown: part by part. */
  readonly pages = computed(() => this.parts.value.flatMap(({ pages }) => pages))
  private past: Cuts[] = []
  private future: Cuts[] = []

  constructor(
    readonly sha: string,
    cuts: FileCuts,
  ) {
    this.saved.value = cuts
    this.parts.value = cuts.parts
    this.here.value = this.pages.value[0] ?? 1
  }

  /** What is shown while the file is cut is what it is cut to. */
  private become(parts: Cuts): void {
    if (this.isBusy.value) return
    this.past.push(this.parts.value)
    this.future = []
    this.parts.value = parts
  }

  split(): void {
    const made = splitBefore(this.parts.value, this.here.value)
    if (made) this.become(made)
    else tell('A part begins on this page already: J joins it to the one before.')
  }

  join(): void {
    const made = joinBefore(this.parts.value, this.here.value)
    if (made) this.become(made)
    else tell('Nothing stands before this part.')
  }

  kind(kind: Kind): void {
    const made = ofKind(this.parts.value, this.here.value, kind)
    if (made) this.become(made)
  }

  undo(): void {
    this.step(this.past, this.future, 'Nothing is left to undo.')
  }

  redo(): void {
    this.step(this.future, this.past, 'Nothing is left to do again.')
  }

  private step(from: Cuts[], to: Cuts[], none: string): void {
    const parts = this.isBusy.value ? undefined : from.pop()
    if (!parts) tell(this.isBusy.value ? 'The file is being cut.' : none)
    else {
      to.push(this.parts.value)
      this.parts.value = parts
    }
  }

  /** Whether the file is cut as it is shown. */
  async save(): Promise<boolean> {
    if (this.isBusy.value) return false
    if (!this.isChanged.value) return true
    this.isBusy.value = true
    try {
      const body = { parts: this.parts.value }
      const { revision } = this.saved.value
      this.saved.value = await call<FileCuts>('PUT', `/documents/${this.sha}/cuts`, { body, revision })
      this.conflict.value = null
      return true
    } catch (error) {
      if (error instanceof Refused && error.code === 'revision-conflict') await this.otherwise(error)
      else tell(`${wordsOf(error)} Not cut.`, 'wrong')
      return false
    } finally {
      this.isBusy.value = false
    }
  }

  /** Somebody has cut it meanwhile: it is shown as it is now, and undo leads back to what was wanted here. */
  private async otherwise(error: Refused): Promise<void> {
    try {
      const now = await call<FileCuts>('GET', `/documents/${this.sha}/cuts`)
      const changes = changesOf(this.saved.value.parts, now.parts)
      batch(() => {
        this.isBusy.value = false
        this.saved.value = now
        this.become(now.parts)
        this.conflict.value = { text: error.message, changes }
      })
    } catch (other) {
      tell(wordsOf(other), 'wrong')
    }
  }
}
