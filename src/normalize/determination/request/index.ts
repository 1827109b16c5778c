import { lateralityIn, levelsIn, regionsIn } from '../../../language/anatomy/regions.ts'
import { readFrequency, type ServiceKind } from '../../../language/frequency/reading.ts'
import type { Category, Drug, Frequency, Laterality, Region } from '../../../model/index.ts'
import { type Categorised, categorise } from './category.ts'
import { readDrug } from './drug.ts'

const LONGEST = 2000

/** Everything that the wording of one disputed service says. */
export type RequestDescription = {
  /** `confidence` 0..1; `rule` names the vocabulary rule that decided. */
  readonly category: { readonly value: Category; readonly confidence: number; readonly rule: string }
  readonly regions: readonly Region[]
  readonly laterality: Laterality | null
  /** Spinal levels, expanded: `L4-5`, `L5-S1`. */
  readonly levels: readonly string[]
  readonly frequency: Frequency
  readonly drug: Drug | null
}

/**
 * Reads a request's wording, damage of scanning included. `associated`: the letter lists it among the services around a
 * surgery. Pure, never throws; takes well under a millisecond for a usual wording. Only its first 2000 characters count:
 * no request is longer, and a page that was taken for one costs no more.
 */
export function describeRequest(wording: string, context: { readonly associated: boolean }): RequestDescription {
  const text = spaced(withoutForm(wording.slice(0, LONGEST).replace(/\s+/g, ' ').trim()))
  const asTherapy = readFrequency(text, 'therapy')
  const repeated = asTherapy.duration !== null || asTherapy.times !== null || (asTherapy.visits?.[1] ?? 0) > 1
  const found = categorise(text, { associated: context.associated, repeated })
  const { value, confidence, rule } = found
  const drug = found.kind === 'drug' ? readDrug(text, found.drugAt, found.underlying === 'drug-topical') : null
  return {
    category: { value, confidence, rule },
    regions: regionsIn(text),
    laterality: lateralityIn(text),
    levels: levelsIn(text),
    frequency: drug ? dispensed(text, drug) : readFrequency(text, kindOf(text, found)),
    drug: drug?.drug ?? null,
  }
}

/** `(RFA dated 5/2/2016)`: the form by which it was asked, not a radiofrequency ablation. */
function withoutForm(text: string): string {
  return text
    .replace(/\(?\bRFA(?:\s(?:form|dated|date|received|submitted|from|of|on))+:?\s?[\d/.-]{6,10}\)?/gi, '')
    .trim()
}

/** Puts back blanks that were lost between words and numbers: `Prilosec20mg`, `for6 weeks`, `#60with`. */
function spaced(text: string): string {
  return text
    .replace(/(?<=\p{L}{4})(?=\d{1,4}(?:\.\d{1,3})?\s?(?:mg|mcg|%))/giu, ' ')
    .replace(/(?<=\d)(?=(?:with|for|per|over|times)(?!\p{L}))/giu, ' ')
    .replace(/(?<=(?<!\p{L})(?:for|with|over|times))(?=\d)/giu, ' ')
}

/** An evaluation on its own happens once, whatever therapy it is for. */
function kindOf(text: string, { kind }: Categorised): ServiceKind {
  const evaluation = /\b(?:re-?)?eval(?:uation)?s?\b|\bassessment\b|\bscreening\b/i.test(text)
  const treatment = /\btreat|\bsession|\bvisit|\btherapy\s+\d|\btx\b/i.test(text)
  return kind === 'therapy' && evaluation && !treatment ? 'visit' : kind
}

/** A drug is open-ended unless its quantity, its duration or its single occasion is stated. */
function dispensed(text: string, read: { readonly reading: string; readonly bounded: boolean }): Frequency {
  const frequency = readFrequency(text, 'drug')
  const stated = [read.reading, frequency.reading].filter((r) => r !== 'no amount stated')
  return {
    ...frequency,
    openEnded: !read.bounded && frequency.duration === null,
    reading: stated.length > 0 ? stated.join(', ') : 'no amount stated',
  }
}
