import type { Field, Header, IsoDate } from '../../../model/index.ts'

/** The dates of a header as they follow each other: nobody decides what was not asked for yet. */
const inTime = ['dateOfInjury', 'urDecisionDate', 'applicationReceived', 'dateAssigned', 'decisionDate'] as const
type DateKey = (typeof inTime)[number]

/** From the decision of utilization review to that of the review hardly more years pass than this. */
const MOST_YEARS = 2
/** A date that cannot be right where the others are is doubtful, however clearly it was read. */
const DOUBTED = 0.3

/**
 * Dates that contradict the others become doubtful: those that lie on the wrong side of most others, and those that are years away
 * from where most of the letter's other days are. A date that was found by its place alone is then none at all.
 */
export function withDoubts(header: Header): Header {
  const others = ofAnother(header)
  const doubted = new Set([...outOfOrder(header), ...outOfTheirYear(header), ...others])
  if (doubted.size === 0) return header
  const changed = [...doubted].map((key) => [key, doubtful(header[key], others.includes(key))] as const)
  return { ...header, ...(Object.fromEntries(changed) as Partial<Pick<Header, DateKey>>) }
}

function doubtful(field: Field<IsoDate>, isAnothers: boolean): Field<IsoDate> {
  const byPlace = isAnothers || /\.(?:beside|order)$/.test(field.rule)
  const alternatives = [
    ...(byPlace && field.value !== null
      ? [{ value: field.value, why: 'it stands where the value would, and does not fit the other dates' }]
      : []),
    ...(field.alternatives ?? []),
  ]
  return {
    ...field,
    value: byPlace ? null : field.value,
    status: 'ambiguous',
    confidence: Math.min(field.confidence, DOUBTED),
    alternatives,
  }
}

/** The dates that are on the wrong side of most others; of two that contradict only each other, both. */
function outOfOrder(header: Header): readonly DateKey[] {
  let known = inTime.filter((key) => header[key].value !== null)
  const out: DateKey[] = []
  for (;;) {
    const wrong = known.map(
      (key, i) => known.filter((other, k) => isBefore(header, i < k ? other : key, i < k ? key : other)).length,
    )
    const most = Math.max(0, ...wrong)
    if (most === 0) return out
    const worst = known.filter((_, i) => wrong[i] === most)
    out.push(...worst)
    known = known.filter((key) => !worst.includes(key))
  }
}

/** Dates that another label has too, where the letter tells a day of their own: one row was read into the other. */
function ofAnother(header: Header): readonly DateKey[] {
  return inTime.filter((key) => {
    const { value, alternatives = [] } = header[key]
    return value !== null && alternatives.length > 0 && inTime.some((k) => k !== key && header[k].value === value)
  })
}

/** Whether the date of `a` is earlier than that of `b`. */
function isBefore(header: Header, a: DateKey, b: DateKey): boolean {
  return (header[a].value ?? '') < (header[b].value ?? '')
}

function outOfTheirYear(header: Header): readonly DateKey[] {
  const years = inTime.flatMap((key) => {
    const { value } = header[key]
    return key === 'dateOfInjury' || value === null ? [] : [{ key, year: Number(value.slice(0, 4)) }]
  })
  // The number of a case tells the year in which it was opened: one voice among the others.
  const opened = /^CM(\d\d)-/.exec(header.caseNumber.value ?? '')?.[1]
  const voices = [...years.map((y) => y.year), ...(opened === undefined ? [] : [2000 + Number(opened)])]
  const near = (year: number) => voices.filter((other) => Math.abs(other - year) <= MOST_YEARS).length
  const most = Math.max(0, ...voices.map(near))
  if (most < 2) return []
  const middles = voices.filter((year) => near(year) === most)
  return years.filter(({ year }) => middles.every((m) => Math.abs(year - m) > MOST_YEARS)).map(({ key }) => key)
}
