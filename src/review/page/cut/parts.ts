import type { CutPart, Cuts } from '../../../model/index.ts'

export type Kind = CutPart['kind']

/** What kinds are called. */
export const kindNames: Readonly<Record<Kind, string>> = {
  'imr-determination': 'IMR determination',
  cover: 'cover',
  blank: 'blank',
  'proof-of-service': 'proof of service',
  'imr-application': 'IMR application',
  'ur-decision': 'UR decision',
  rfa: 'request for authorization',
  correspondence: 'correspondence',
  other: 'other',
  'progress-report': 'progress report',
  'first-report': 'first report',
  'permanent-report': 'permanent report',
  'narrative-report': 'narrative report',
  'medical-legal': 'medical-legal report',
  'diagnostic-report': 'diagnostic report',
  'therapy-note': 'therapy note',
  'assignment-notice': 'notice of assignment',
  'form-instructions': 'instructions of a form',
  separator: 'separator',
  'claim-form': 'claim form',
  prescription: 'prescription',
  bill: 'bill',
}
/** In the order of the menu: a digit takes one of the first nine. */
export const kinds = Object.keys(kindNames) as readonly Kind[]

const firstOf = ({ pages }: CutPart) => Math.min(...pages)
const inOrder = (parts: Cuts): Cuts => [...parts].sort((a, b) => firstOf(a) - firstOf(b))
export const partOf = (parts: Cuts, page: number): CutPart | undefined =>
  parts.find(({ pages }) => pages.includes(page))

/** A part cut in two before a page of it; null: it begins there already. */
export function splitBefore(parts: Cuts, page: number): Cuts | null {
  const part = partOf(parts, page)
  const at = part?.pages.indexOf(page) ?? 0
  if (!part || at <= 0) return null
  const halves = [part.pages.slice(0, at), part.pages.slice(at)].map((pages) => ({ kind: part.kind, pages }))
  return inOrder([...parts.filter((one) => one !== part), ...halves])
}

const isRising = (pages: readonly number[]) => pages.every((page, i) => i === 0 || page > (pages[i - 1] ?? 0))

/** The part that a page is in, joined to the one before, of whose kind it is then; null: none stands before it. */
export function joinBefore(parts: Cuts, page: number): Cuts | null {
  const part = partOf(parts, page)
  const before = part && parts[parts.indexOf(part) - 1]
  if (!part || !before) return null
  const pages = [...before.pages, ...part.pages]
  // Pages that lie in the file as they are read stay so.
  if (isRising(before.pages) && isRising(part.pages)) pages.sort((a, b) => a - b)
  return inOrder([...parts.filter((one) => one !== part && one !== before), { kind: before.kind, pages }])
}

/** The part that a page is in, of a kind; null: it is of that kind already. */
export function ofKind(parts: Cuts, page: number, kind: Kind): Cuts | null {
  const part = partOf(parts, page)
  return part && part.kind !== kind ? parts.map((one) => (one === part ? { ...one, kind } : one)) : null
}

export const isSame = (a: Cuts, b: Cuts): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What is otherwise in `now` than it was, in words: where it is cut, where it is joined, what is of another kind. */
export function changesOf(was: Cuts, now: Cuts): readonly string[] {
  const begins = (parts: Cuts) => new Set(parts.map(({ pages }) => pages[0] ?? 0))
  const [old, fresh] = [begins(was), begins(now)]
  return [
    ...[...fresh].filter((page) => !old.has(page)).map((page) => `cut before page ${page}`),
    ...[...old].filter((page) => !fresh.has(page)).map((page) => `page ${page} joined to what stands before it`),
    ...now.flatMap(({ kind, pages: [page = 0] }) => {
      const before = partOf(was, page)?.kind
      return before === kind ? [] : [`from page ${page}: ${kindNames[kind]}`]
    }),
  ]
}
