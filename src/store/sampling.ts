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

/** A letter that somebody was given to answer blind, or to settle, and has not answered. */
export type BlindTask = {
  readonly letterId: LetterId
  readonly by: string
  readonly settles: boolean
  readonly at: string
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
    readonly tasks: readonly BlindTask[]
  }>
  /**
   * Gives a letter to somebody, who alone may answer it so, and who is shown nothing of it until they do. false, and nothing is given, when they have it in
   * hand or wrote to it before, when somebody answered it meanwhile (`answered`: how many had), or `room` others were given it since `since`.
   */
  giveTask(
    id: string,
    task: Omit<BlindTask, 'at'>,
    when: { readonly answered: number; readonly room: number; readonly since: Date },
  ): Promise<boolean>
  /** Nobody has to answer this letter of the sample any more. */
  endTasks(id: string, letterId: LetterId): Promise<void>
  /** The letters that somebody was given, in any sample, and has not answered: nothing of them may be shown to that person. */
  blindTo(by: string): Promise<readonly LetterId[]>
  /**
   * Keeps an answer; false when this person was not given that letter, or answered it before: nothing is kept then. `ends`: nobody else has to answer it.
   */
  answerSample(id: string, given: Omit<SampledAnswers, 'at'>, how: { readonly ends: boolean }): Promise<boolean>
}
