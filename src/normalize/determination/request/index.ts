import { lateralityIn, levelsIn, regionsIn } from '../../../language/anatomy/regions.ts'
import {
  type FoundFrequency,
  findFrequency,
  readFrequency,
  type ServiceKind,
} from '../../../language/frequency/reading.ts'
import { originsOf } from '../../../language/spelling/origins.ts'
import type { Category, DrugReading, FrequencyReading, Laterality, Region } from '../../../model/index.ts'
import { type Categorised, categorise } from './category.ts'
import { type ReadDrug, readDrug } from './drug.ts'
import type { Span } from './sig.ts'

const LONGEST = 2000

/** Everything that the wording of one disputed service says. */
export type RequestDescription = {
  /** `confidence` 0..1; `rule` names the vocabulary rule that decided. */
  readonly category: { readonly value: Category; readonly confidence: number; readonly rule: string }
  readonly regions: readonly Region[]
  readonly laterality: Laterality | null
  /** Spinal levels, expanded: `L4-5`, `L5-S1`. */
  readonly levels: readonly string[]
  readonly frequency: FrequencyReading
  readonly drug: DrugReading | null
  readonly found: { readonly frequency: Found; readonly drug: Found | null }
}

/** How a value was found: `strength` how often such a reading is right on well read text, 0..1; `spans` where its words stand in the wording. */
export type Found = { readonly strength: number; readonly rule: string; readonly spans: readonly Span[] }

/**
 * Reads a request's wording, damage of scanning included. `associated`: the letter lists it among the services around a
 * surgery. Pure, never throws; takes well under a millisecond for a usual wording. Only its first 2000 characters count:
 * no request is longer, and a page that was taken for one costs no more.
 */
export function describeRequest(wording: string, context: { readonly associated: boolean }): RequestDescription {
  const whole = wording.slice(0, LONGEST)
  const text = spaced(withoutForm(whole.replace(/\s+/g, ' ').trim()))
  const asTherapy = readFrequency(text, 'therapy')
  const repeated = asTherapy.duration !== null || asTherapy.times !== null || (asTherapy.visits?.[1] ?? 0) > 1
  const found = categorise(text, { associated: context.associated, repeated })
  const { value, confidence, rule } = found
  const drug = found.kind === 'drug' ? readDrug(text, found.drugAt, found.underlying === 'drug-topical') : null
  const frequency = drug ? dispensed(text, drug) : findFrequency(text, kindOf(text, found))
  const origin = originsOf(text, whole)
  const inWording = (spans: readonly Span[]) =>
    spans
      .filter(({ start, end }) => start < end)
      .map(({ start, end }) => ({ start: origin(start), end: Math.min(whole.length, origin(end - 1) + 1) }))
      .filter(({ start, end }) => start < end)
  return {
    category: { value, confidence, rule },
    regions: regionsIn(text),
    laterality: lateralityIn(text),
    levels: levelsIn(text),
    frequency: frequency.reading,
    drug: drug?.drug ?? null,
    found: {
      frequency: {
        strength: strengthOf(frequency, confidence),
        rule: `frequency.${kindOf(text, found)}`,
        spans: inWording(frequency.spans),
      },
      drug: drug && {
        strength: frequency.reading.unused.length > 0 ? Math.min(LEFT_OVER, drug.strength) : drug.strength,
        rule: drug.rule,
        spans: inWording(drug.spans),
      },
    },
  }
}

/** A plain reading; one through damage; one of two that the wording allows; one that leaves a figure over. */
const [PLAIN, REPAIRED, OTHERWISE, LEFT_OVER] = [0.97, 0.85, 0.8, 0.6]

/** How sure a frequency is: never surer than what is asked for, which tells what its figures count. */
function strengthOf({ reading, repaired }: FoundFrequency, category: number): number {
  const own = reading.unused.length > 0 ? LEFT_OVER : repaired ? REPAIRED : saysOtherwise(reading) ? OTHERWISE : PLAIN
  return Math.min(own, 0.5 + category / 2)
}

/** Whether another reading counts other visits. A pair the other way round (`3x4`) counts the same. */
export function saysOtherwise({ alternatives, visits }: FrequencyReading): boolean {
  return alternatives.some((a) => a.visits?.join() !== visits?.join())
}

/** `(RFA dated 5/2/2016)`: the form by which it was asked, not a radiofrequency ablation. */
function withoutForm(text: string): string {
  return text
    .replace(/\(?\bRFA(?:\s(?:form|dated|date|received|submitted|from|of|on))+:?\s?[\d/.-]{6,10}\)?/gi, '')
    .trim()
}

/** Puts blanks right that scanning put between the letters of an abbreviation (`M R I`), and puts back blanks that were lost between words and numbers: `Prilosec20mg`, `for6 weeks`, `#60with`. */
function spaced(text: string): string {
  return text
    .replace(/(?<![\p{L}\d.])\p{Lu}(?:\s\p{Lu}){2,4}(?![\p{L}\d.])/gu, (letters) => letters.replace(/\s/g, ''))
    .replace(/(?<=\p{L}{4})(?=\d{1,4}(?:\.\d{1,3})?\s?(?:mg|mcg|%))/giu, ' ')
    .replace(/(?<=\d)(?=(?:with|for|per|over|times)(?!\p{L}))/giu, ' ')
    .replace(/(?<=(?<!\p{L})(?:for|with|over|times))(?=\d)/giu, ' ')
}

/** An evaluation on its own happens once, whatever therapy it is for. */
function kindOf(text: string, { kind, rule }: Categorised): ServiceKind {
  // Of what nobody knows, what is asked for so many times a week for so long is a treatment.
  const spread = rule === 'category.none-named' ? readFrequency(text, 'therapy') : null
  if (spread?.times && spread.visits) return 'therapy'
  const evaluation = /\b(?:re-?)?eval(?:uation)?s?\b|\bassessment\b|\bscreening\b/i.test(text)
  const treatment = /\btreat|\bsession|\bvisit|\btherapy\s+\d|\btx\b/i.test(text)
  return kind === 'therapy' && evaluation && !treatment ? 'visit' : kind
}

/** A drug is open-ended unless its quantity, its duration or its single occasion is stated. */
function dispensed(text: string, read: ReadDrug): FoundFrequency {
  const { reading: frequency, ...found } = findFrequency(
    text,
    'drug',
    read.spans,
    read.drug.quantity === null ? [] : [read.drug.quantity],
  )
  const stated = [read.reading, frequency.reading].filter((r) => r !== 'no amount stated')
  const reading: FrequencyReading = {
    ...frequency,
    openEnded: !read.bounded && frequency.duration === null,
    reading: stated.length > 0 ? stated.join(', ') : 'no amount stated',
  }
  return { reading, ...found }
}
