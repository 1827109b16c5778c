import { Table } from '../table.tsx'

/** A share with its exact 95 % interval, all 0..1. */
export type Estimate = {
  readonly count: number
  readonly of: number
  readonly share: number | null
  readonly low: number
  readonly high: number
}

/** `1.3 %`; below a tenth of a percent with one place more, so that what is not nothing does not look like it. */
export function percent(share: number): string {
  const value = share * 100
  if (value === 0 || value === 100) return `${value} %`
  return `${value < 0.1 ? value.toFixed(2) : value.toFixed(1)} %`
}

/** `2 of 48: 4.2 % (0.5 % to 14.3 %)`. */
export const inFigures = ({ count, of, share, low, high }: Estimate): string =>
  share === null ? 'none yet' : `${count} of ${of}: ${percent(share)} (${percent(low)} to ${percent(high)})`

/** Estimates below each other on one scale, as lines from low to high with the share marked; the figures stand beside them. */
export function Estimates({
  title,
  by,
  counts = 'Wrong',
  rows,
}: {
  readonly title: string
  /** What a row stands for. */
  readonly by: string
  /** What is counted. */
  readonly counts?: string
  readonly rows: readonly { readonly name: string; readonly errors: Estimate }[]
}) {
  const most = Math.max(0.01, ...rows.map(({ errors }) => errors.high))
  return (
    <section>
      <h2>{title}</h2>
      <Table heads={[by, counts, 'Share', `95 % interval, 0 to ${percent(most)}`]}>
        {rows.map(({ name, errors: { count, of, share, low, high } }) => (
          <tr key={name}>
            <td>{name}</td>
            <td>
              {count} of {of}
            </td>
            <td>{share === null ? '' : percent(share)}</td>
            <td>
              {share !== null && (
                <div class="interval">
                  <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    <path d="M0 4H100" class="scale" />
                    <path d={`M${(low / most) * 100} 4H${(high / most) * 100}`} class="range" />
                    <path d={`M${(share / most) * 100} 0V8`} class="share" />
                  </svg>
                  <span>
                    {percent(low)} to {percent(high)}
                  </span>
                </div>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </section>
  )
}
