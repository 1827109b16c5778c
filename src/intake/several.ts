/** Files taken in at once: to flush one to disk is to wait. */
const AT_ONCE = 8

/**
 * Does something for each of a list, several at once, until the signal fires. The first trouble ends it for all.
 * @throws that trouble, when nothing runs any more.
 */
export async function forSeveral<T>(
  items: readonly T[],
  signal: AbortSignal,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]()
  const troubles: unknown[] = []
  const inTurn = async () => {
    for (let next = left.next(); !next.done && troubles.length === 0 && !signal.aborted; next = left.next())
      try {
        await act(next.value)
      } catch (error) {
        troubles.push(error)
      }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, inTurn))
  if (troubles.length > 0) throw troubles[0]
}
