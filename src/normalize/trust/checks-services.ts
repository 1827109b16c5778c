import { lateralityIn, regionsIn } from '../../language/anatomy/regions.ts'
import { sentencesOf } from '../../language/sentences.ts'
import type { CaseRecord, Issue, Laterality, Region, Service } from '../../model/index.ts'
import { necessityAtEnd } from '../determination/services/outcome.ts'
import { issue, pageOf } from './issues.ts'

/** What does not fit about one service: with itself, and with what the letter says elsewhere. */
export function serviceIssues(
  service: Service,
  i: number,
  clinicalSummary: CaseRecord['clinicalSummary'],
): readonly Issue[] {
  const path = `services[${i}]`
  const name = `Service ${service.sequence}`
  const issues: Issue[] = []
  const { request, outcome, rationale } = service
  if (request.value === null)
    issues.push(issue('service.no-request', 'error', `${name} has no wording of its request.`, `${path}.request`))
  if (outcome.value === null)
    issues.push(issue('service.no-outcome', 'error', `${name} has no outcome.`, `${path}.outcome`))
  else if (outcome.status === 'ambiguous')
    issues.push(
      issue(
        'service.outcome-not-stated',
        'error',
        `The outcome of service ${service.sequence} could not be read where it is stated.`,
        `${path}.outcome`,
        pageOf(outcome),
      ),
    )
  if (rationale.value === null)
    issues.push(issue('service.no-rationale', 'warning', `${name} has no rationale.`, `${path}.rationale`))
  const closing = rationale.value === null ? null : necessityAtEnd(rationale.value)
  if (closing && outcome.value !== null && closing.outcome !== outcome.value)
    issues.push(
      issue(
        'service.outcome-differs',
        'warning',
        `The rationale of service ${service.sequence} ends otherwise than its outcome says.`,
        `${path}.outcome`,
        pageOf(outcome),
      ),
    )
  return [
    ...issues,
    ...splitIssues(service, path),
    ...totalIssues(service, path),
    ...unusedIssues(service, path),
    ...sideIssues(service, path, clinicalSummary),
  ]
}

/** Original = authorized + remaining, where all three state one plain count. */
function splitIssues({ sequence, request, original, authorized }: Service, path: string): readonly Issue[] {
  const counts = [original?.value, authorized?.value, request.value].map(countIn)
  const [asked, granted, left] = counts
  if (asked == null || granted == null || left == null || asked === granted + left) return []
  return [
    issue(
      'service.split-arithmetic',
      'warning',
      `The parts of service ${sequence} do not add up to the original request.`,
      `${path}.request`,
      pageOf(request),
    ),
  ]
}

function countIn(text: string | null | undefined): number | null {
  const numbers = [
    ...(text ?? '').matchAll(/(?:#\s?(\d{1,3})\b|\b(\d{1,3})\s+(?:\w+\s+){0,3}?(?:sessions?|visits?|treatments?)\b)/gi),
  ]
  const only = numbers[0]
  return numbers.length === 1 && only ? Number(only[1] ?? only[2]) : null
}

/** `2x6, 10 sessions`: what is stated in all is not what the times and weeks make. */
function totalIssues({ sequence, request, frequency }: Service, path: string): readonly Issue[] {
  const { times, duration, visits, alternatives } = frequency
  if (times === null || duration === null || visits === null || frequency.unused.length > 0) return []
  const other = alternatives.find((a) => a.visits !== null && a.visits.join() !== visits.join())
  if (!other) return []
  return [
    issue(
      'service.total-differs',
      'warning',
      `The total of service ${sequence} is not what its frequency makes: ${other.reading}.`,
      `${path}.frequency`,
      pageOf(request),
    ),
  ]
}

/** Every figure of a request means something: one that no reading uses may be the one that counts. */
function unusedIssues({ sequence, frequency }: Service, path: string): readonly Issue[] {
  return frequency.unused.map((figure) =>
    issue(
      'frequency.unused-figure',
      'warning',
      `Service ${sequence} is read as "${frequency.reading}", which leaves "${figure}" over.`,
      `${path}.frequency`,
      frequency.evidence[0]?.page ?? null,
    ),
  )
}

const opposite: Partial<Record<Laterality, Laterality>> = { left: 'right', right: 'left' }

/** The request is for one side, and the rationale or the whole summary tell of the other side of that part of the body only. */
function sideIssues(
  { sequence, request, regions, laterality, rationale }: Service,
  path: string,
  clinicalSummary: CaseRecord['clinicalSummary'],
): readonly Issue[] {
  const [region] = regions
  const wrong = laterality === null ? undefined : opposite[laterality]
  if (wrong === undefined || region === undefined || regions.length > 1) return []
  return (
    [
      ['rationale', rationale],
      ['summary', clinicalSummary],
    ] as const
  ).flatMap(([place, field]) => {
    const sides = sidesOf(region, field.value ?? '')
    if (!sides.has(wrong) || sides.size > 1) return []
    return [
      issue(
        'service.side-differs',
        'warning',
        `Service ${sequence} is for the ${laterality} side, but the ${place} tells of the ${wrong} side only.`,
        `${path}.laterality`,
        pageOf(request),
      ),
    ]
  })
}

/** The sides of one part of the body that a text names, in sentences that name no other part. */
function sidesOf(region: Region, text: string): ReadonlySet<Laterality> {
  const sentences = sentencesOf(text).flatMap(({ start, end }) => text.slice(start, end).split(/;\s/))
  const sides = sentences.flatMap((sentence) => {
    const regions = regionsIn(sentence)
    const side = regions.length === 1 && regions[0] === region ? lateralityIn(sentence) : null
    return side === null ? [] : [side]
  })
  return new Set(sides)
}
