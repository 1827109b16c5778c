import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call, wordsOf } from './api.tsx'
import { tell } from './state.tsx'

export type Given<T> = {
  /** null until it came. */
  readonly value: Signal<T | null>
  readonly again: () => Promise<void>
}

/** What the server gives for a path: asked for when a screen is shown, and whenever it is asked for again. */
export function useGiven<T>(path: string): Given<T> {
  const value = useSignal<T | null>(null)
  const again = async () => {
    try {
      value.value = await call<T>('GET', path)
    } catch (error) {
      tell(wordsOf(error), 'wrong')
    }
  }
  useEffect(() => void again(), [path])
  return { value, again }
}

const two = (number: number) => String(number).padStart(2, '0')

/** A moment as letters write dates, on the clock of this machine. */
export function momentOf(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  return `${two(at.getMonth() + 1)}/${two(at.getDate())}/${at.getFullYear()} ${two(at.getHours())}:${two(at.getMinutes())}`
}

export const When = ({ at }: { readonly at: string | null }) =>
  at === null ? null : (
    <time dateTime={at} title={at}>
      {momentOf(at)}
    </time>
  )
