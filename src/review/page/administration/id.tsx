/** A long id by its first signs; the whole of it is in its title. */
export const Id = ({ text }: { readonly text: string }) => {
  const [, digest, rest = ''] = /^([0-9a-f]{64})(.*)$/.exec(text) ?? []
  return digest === undefined ? (
    <span class={text.length > 24 ? 'long' : 'what'}>{text}</span>
  ) : (
    <code title={text}>
      {digest.slice(0, 10)}…{rest}
    </code>
  )
}

/** The document that somebody names by its id, or by that of a letter in it. */
export const idOf = (typed: string): string => typed.trim().slice(0, 64)
