import { isMark, numberAt, skipMark } from './numbers.ts'
import { length, type Rule, rate, sessionLength, unitOf, whole } from './rates.ts'
import type { Token } from './tokens.ts'

/** `six monthly visits`: the number counts the visits, and `monthly` says how far apart they are; but `2 weekly visits for 6 weeks`. */
export const spacedCount: Rule = (all, at) => {
  const n = numberAt(all, at)
  if (!n || n.repetition || !whole(n.amount) || all[n.next]?.kind !== 'interval') return null
  for (let i = n.next + 1; i < n.next + 6; i++) {
    const token = all[i]
    if (token?.kind === 'visits' || token?.kind === 'injections') {
      const lasts = [1, 2].some((k) => length(all, i + k)?.meaning)
      return lasts ? null : { meaning: { kind: 'count', amount: n.amount, of: token.kind, total: false }, next: n.next }
    }
    if (token?.kind !== 'word' && !isMark(token, '-')) return null
  }
  return null
}

/** `12 sessions`, `six additional visits`, `eight (8) physical therapy sessions`, `a total of 12 visits`, `12 total`. */
export const count: Rule = (all, at) => {
  const n = numberAt(all, at)
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 400) return null
  let i = skipMark(all, n.next, '-')
  if (all[i]?.kind === 'doses' && all[i]?.text !== 'total') return null
  const end = i + 6
  for (; i < end; i++) {
    const token = all[i]
    if (!token) return null
    if (token.kind === 'total')
      return { meaning: { kind: 'count', amount: n.amount, of: 'visits', total: true }, next: i + 1 }
    if (token.kind === 'visits' || token.kind === 'injections') {
      const total = all.slice(Math.max(0, at - 3), at).some((t) => t.kind === 'total')
      return { meaning: { kind: 'count', amount: n.amount, of: token.kind, total }, next: i + 1 }
    }
    const filler =
      token.kind === 'word' ||
      token.kind === 'rental' ||
      // `2 trigger point injections`
      (token.kind === 'doses' && /^(?:point|area|body)$/i.test(token.text)) ||
      // `6 follow-up visits`, `12 post-operative sessions`
      token.kind === 'not-a-duration' ||
      isMark(token, '-') ||
      isMark(token, '/') ||
      unitOf(token) === 'day'
    if (!filler || (token.kind === 'word' && /^(?:for|of|to|with|at|and|by|refills?)$/i.test(token.text))) return null
  }
  return null
}

/** `remaining 4 of 12`, `the last 2`: what is left to be given. */
export const remainder: Rule = (all, at) => {
  if (!/^(?:remaining|last|final)$/i.test(all[at]?.text ?? '')) return null
  const n = numberAt(all, at + 1)
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 100) return null
  const part = all[n.next]?.text.toLowerCase() === 'of' ? numberAt(all, n.next + 1) : null
  const end = all[n.next]
  if (!part && end && end.kind !== 'mark') return null
  const outOf = part ? { outOf: part.amount } : {}
  return {
    meaning: { kind: 'count', amount: n.amount, of: 'visits', total: false, ...outOf },
    next: part?.next ?? n.next,
  }
}

/** `twelve (12)` with no noun: a number written twice is an amount asked for. */
export const twin: Rule = (all, at) => {
  const n = numberAt(all, at)
  const doubled = n && all[at]?.kind === 'number' && isMark(all[at + 1], '(') && n.next === at + 4
  if (!n || !doubled || n.repetition || !whole(n.amount)) return null
  const after = all[n.next]
  return after && after.kind !== 'mark' && after.kind !== 'during' && after.kind !== 'range'
    ? null
    : { meaning: { kind: 'quantity', amount: n.amount }, next: n.next }
}

const MORE = /^(?:more|additional|further|extra|addl)$/i
/** Words behind which a bare number goes on counting what was counted before. */
const GOES_ON = /^(?:then|another|additional|further|extra|plus|by)$/i
/** Whether a phrase can end before the piece at `at`. */
const ends = (all: readonly Token[], at: number) => {
  const token = all[at]
  return (
    !token || (token.kind === 'mark' && !/[/%#$-]/.test(token.mark)) || /^(?:then|and|followed|with)$/i.test(token.text)
  )
}

/** `6 more requested`, `followed by 6`, `then another 6`, `up to 12`: visits, where nothing else is counted. */
export const moreOrMost: Rule = (all, at) => {
  const upTo = /^up$/i.test(all[at]?.text ?? '') && /^to$/i.test(all[at + 1]?.text ?? '')
  const most = upTo || /^max(?:imum)?$/i.test(all[at]?.text ?? '')
  const lead = most
    ? upTo
      ? 2
      : /^of$/i.test(all[at + 1]?.text ?? '')
        ? 2
        : 1
    : GOES_ON.test(all[at]?.text ?? '')
      ? 1
      : 0
  const n = numberAt(all, at + lead)
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 400) return null
  const more = MORE.test(all[n.next]?.text ?? '')
  if (lead === 0 && !more) return null
  const next = more ? n.next + 1 : n.next
  const after = all[next]
  const counts =
    ends(all, next) || after?.kind === 'during' || (more && (after?.kind === 'word' || after?.kind === 'done'))
  return counts ? { meaning: { kind: 'count', amount: n.amount, of: 'visits', total: false }, next } : null
}

/** `weekly for 3`: three of what the rate counts in. */
export const bareLength: Rule = (all, at) => {
  if (!/^for$/i.test(all[at]?.text ?? '')) return null
  const n = numberAt(all, at + 1)
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 100 || !ends(all, n.next)) return null
  return { meaning: { kind: 'multiplier', amount: n.amount }, next: n.next }
}

/** `total 16`, `a total of 12`, where no noun follows. */
export const totalOf: Rule = (all, at) => {
  if (all[at]?.kind !== 'total') return null
  let i = at + 1
  for (let k = 0; k < 2; k++) i = /^of$/i.test(all[i]?.text ?? '') ? i + 1 : skipMark(all, i, ':', '=')
  const n = numberAt(all, i)
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 400 || !ends(all, n.next)) return null
  return { meaning: { kind: 'count', amount: n.amount, of: 'visits', total: true }, next: n.next }
}

/** `sessions 12`, `sessions: 12`, `visits (6)`. */
export const countAfterNoun: Rule = (all, at) => {
  const noun = all[at]
  if (noun?.kind !== 'visits') return null
  const n = numberAt(all, skipMark(all, at + 1, ':', '-', ','))
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 100) return null
  const after = all[n.next]
  const place = after?.kind === 'range' && !numberAt(all, n.next + 1)
  if (
    after &&
    !place &&
    after.kind !== 'word' &&
    after.kind !== 'during' &&
    after.kind !== 'mark' &&
    after.kind !== 'total'
  )
    return null
  if (isMark(after, '/') || isMark(after, '%')) return null
  return { meaning: { kind: 'count', amount: n.amount, of: 'visits', total: false }, next: n.next }
}

/** `x 12`, `times 1`, `x12 sessions`, `x 6 weeks`. */
export const multiplier: Rule = (all, at) => {
  if (all[at]?.kind !== 'cross') return null
  const from = skipMark(all, at + 1, '#', '-')
  for (const rule of [sessionLength, rate, length, count]) {
    const inner = rule(all, from)
    if (inner) return inner
  }
  const n = numberAt(all, from)
  if (!n || n.repetition || !whole(n.amount) || n.amount[1] > 400) return null
  const after = all[n.next]
  if (after?.kind === 'doses' || isMark(after, '/') || isMark(after, '%')) return { meaning: null, next: n.next }
  return { meaning: { kind: 'multiplier', amount: n.amount }, next: n.next }
}

/** `#8`, `QTY: 12`, `quantity of 12`, `(quantity 12)`. */
export const quantity: Rule = (all, at) => {
  const token = all[at]
  if (token?.kind !== 'quantity' && !isMark(token, '#')) return null
  let i = at + 1
  for (let k = 0; k < 3; k++) i = all[i]?.text === 'of' ? i + 1 : skipMark(all, i, ':', '.', '#', '=')
  const n = numberAt(all, i)
  if (!n || n.repetition || !whole(n.amount)) return null
  const counted = count(all, i)
  if (counted) return counted
  return { meaning: { kind: 'quantity', amount: n.amount }, next: n.next }
}

/** `series of 3`, `series of three injections`. */
export const series: Rule = (all, at) => {
  if (all[at]?.kind !== 'series') return null
  const n = numberAt(all, all[at + 1]?.text.toLowerCase() === 'of' ? at + 2 : at + 1)
  if (!n || n.repetition || !whole(n.amount)) return null
  return { meaning: { kind: 'series', amount: n.amount }, next: n.next }
}

/** `2 of 6 completed`, `6 completed`, `completed 6 sessions`, `after 6 visits`. */
export const history: Rule = (all, at) => {
  if (all[at]?.kind === 'done') {
    const n = numberAt(all, at + 1)
    const inner = n && count(all, at + 1)
    return n && inner ? { meaning: { kind: 'history', done: n.amount, of: null }, next: inner.next } : null
  }
  const n = numberAt(all, at)
  if (!n || n.repetition) return null
  const part = all[n.next]?.text.toLowerCase() === 'of' ? numberAt(all, n.next + 1) : null
  let i = part ? part.next : n.next
  while (i < n.next + 5 && (all[i]?.kind === 'visits' || all[i]?.kind === 'word')) i++
  if (all[i]?.kind !== 'done' || /^(?:after|following)$/i.test(all[i]?.text ?? '')) return null
  return { meaning: { kind: 'history', done: n.amount, of: part?.amount ?? null }, next: i + 1 }
}
