import type { ComponentChildren } from 'preact'

/** A table under its heads; `acts`: what the buttons in a last column do, which is said and not shown. */
export const Table = ({
  heads,
  acts,
  children,
}: {
  readonly heads: readonly string[]
  readonly acts?: string
  readonly children: ComponentChildren
}) => (
  <table>
    <thead>
      <tr>
        {heads.map((head) => (
          <th key={head} scope="col">
            {head}
          </th>
        ))}
        {acts !== undefined && (
          <th scope="col">
            <span class="sr">{acts}</span>
          </th>
        )}
      </tr>
    </thead>
    <tbody>{children}</tbody>
  </table>
)
