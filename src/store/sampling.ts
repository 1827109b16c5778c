import type { LetterId } from '../model/index.ts'

/** A sample of letters that were accepted without a look, drawn to be looked at blind. */
export type Sample = {
  readonly id: string
  readonly drawnBy: string
  readonly drawnAt: string
  /** Gives the same letters again from the same ones to draw from. */
  readonly seed: string
  /** What it is to show: at most this share (0..1) wrong, at this level, with so many errors tolerated. */
  readonly bound: number
  readonly level: number
  readonly tolerated: number
  /** How many letters it was drawn from. */
  readonly population: number
  /** How many were drawn; letters that were forgotten since are among them. */
  readonly size: number
}

/** A drawn letter. `task` is the room of review's business: text here, and erased with the document. */
export type SampledLetter = { readonly letterId: LetterId; readonly position: number; readonly task: string }
export type SampledAnswers = {
  readonly letterId: LetterId
  readonly by: string
  readonly at: string
  readonly answers: string
}

/** Samples, the letters that were drawn and what people answered. Answers are only ever added. */
export interface Sampling {
  /** Keeps a sample with its letters; letters whose document was forgotten meanwhile are left out. */
  keepSample(sample: Omit<Sample, 'drawnAt'>, letters: readonly SampledLetter[]): Promise<void>
  /** The latest first. */
  samples(): Promise<readonly Sample[]>
  /** Its letters in the order of drawing, and all that was answered, the oldest first. */
  sampled(id: string): Promise<{
    readonly letters: readonly SampledLetter[]
    readonly answers: readonly SampledAnswers[]
  }>
  /** Keeps an answer; false when this person answered that letter before, or it is not in the sample: nothing is kept then. */
  answerSample(id: string, given: Omit<SampledAnswers, 'at'>): Promise<boolean>
}
