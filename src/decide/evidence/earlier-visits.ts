import { assertionAt } from '../../language/assertion.ts'
import { placesOf, plain } from '../../language/matching/phrase-pattern.ts'
import type { Evidence } from '../../model/index.ts'
import type { Passage } from './passages.ts'
import { type Therapy, visitsTold, visitWords } from './visits.ts'

/**
 * What the record tells of earlier treatment of the same kind: how many visits, that there was some, or that there was none.
 * null: it does not say, which is not none.
 */
export type Earlier = {
  readonly kind: 'counted' | 'some' | 'none'
  /** Visits; 0 for `none`, null for `some`. Of a range ("1-2 a week for 4 weeks") the least: no more is on record. */
  readonly count: number | null
  readonly evidence: readonly Evidence[]
}

/** Looks through the record for earlier visits of a treatment. The largest count told is taken. */
export function earlierVisits(therapy: Therapy, passages: readonly Passage[]): Earlier | null {
  const own = therapy.own.map(plain)
  const others = therapy.others.map(plain).filter((name) => !own.includes(name))
  let best: Earlier | null = null
  for (const { text, evidence, voice } of passages) {
    if (voice !== 'record') continue
    const places = own.flatMap((name) => placesOf(name, text))
    if (places.length === 0) continue
    const count = visitsTold(text, { own, others })?.[0] ?? 0
    if (count > 0) {
      if (best?.kind !== 'counted' || count > (best.count ?? 0)) best = { kind: 'counted', count, evidence }
    } else if (best?.kind !== 'counted' && own.some((name) => deniesAny(text, name))) {
      best = best ?? { kind: 'none', count: 0, evidence }
    } else if (best?.kind !== 'counted' && places.some((p) => assertionAt(text, p) === 'asserted')) {
      best = { kind: 'some', count: null, evidence }
    }
  }
  return best
}

function deniesAny(text: string, therapy: string): boolean {
  const places = (phrase: string) => placesOf(phrase.replace('<therapy>', therapy), text)
  if (visitWords.none.some((phrase) => places(phrase).length > 0)) return true
  return visitWords.noneAtAll.flatMap(places).some(({ end }) => !papers.test(text.slice(end)))
}

/** `no physical therapy notes were sent` tells of notes. */
const papers = new RegExp(`^\\s(?:${visitWords.papers.join('|')})`)
